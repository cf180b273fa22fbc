package io.tokenbroker.doctor;

import io.tokenbroker.doctor.ProbeHttp.Skews;
import io.tokenbroker.upstream.EgressPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Examines a broker's surroundings, all at once, and gives what it found in the order of the checks. */
final class Doctor {

    private static final Duration LONGEST = Duration.ofSeconds(25);

    private final Map<String, Supplier<List<Finding>>> examinations;
    private final Duration longest;

    Doctor(Patient patient, Clock clock) {
        this(examinations(patient, clock), LONGEST);
    }

    /** @param longest after which an examination is left to itself */
    Doctor(Map<String, Supplier<List<Finding>>> examinations, Duration longest) {
        this.examinations = examinations;
        this.longest = longest;
    }

    private static Map<String, Supplier<List<Finding>>> examinations(Patient patient, Clock clock) {
        var all = new LinkedHashMap<String, Supplier<List<Finding>>>();
        all.put("settings", new SettingsChecks(patient)::findings);
        if (patient.isSound("broker.fusionauth.", "HTTPS_PROXY")) {
            all.put("FusionAuth and providers", () -> upstreams(patient, clock));
        }
        if (patient.isSound("broker.store.")) {
            all.put("store", new StoreChecks(patient, clock)::findings);
        }
        all.put("what only a try tells", Doctor::asks);
        return all;
    }

    List<Finding> findings() {
        var begun = examinations.entrySet().stream()
                .map(examination -> begin(examination.getKey(), examination.getValue()))
                .toList();
        return begun.stream()
                .flatMap(examination -> examination.join().stream())
                .sorted(Comparator.comparing(Finding::check))
                .toList();
    }

    private CompletableFuture<List<Finding>> begin(String name, Supplier<List<Finding>> examination) {
        // SQLite's native calls would hold the carrier of a virtual thread. One that hangs must not hold the process.
        var thread = Thread.ofPlatform().daemon().name("doctor-" + name);
        return CompletableFuture.supplyAsync(examination, thread::start)
                .orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> List.of(Finding.fault(Check.UNFINISHED, name, unfinished(e))));
    }

    /** Without the message of a defect, which may hold what was read. */
    private String unfinished(Throwable e) {
        if (e instanceof TimeoutException) {
            return "not done after %d seconds".formatted(longest.toSeconds());
        }
        var defect = Objects.requireNonNullElse(e.getCause(), e);
        return "broken off by %s at %s"
                .formatted(
                        defect.getClass().getName(),
                        Stream.of(defect.getStackTrace()).limit(1).toList());
    }

    private static List<Finding> upstreams(Patient patient, Clock clock) {
        var proxy = patient.proxy().get();
        var skews = new Skews(clock);
        try (var http = new ProbeHttp(proxy, skews)) {
            var egress = new EgressPolicy(patient.settings(), proxy);
            var findings = new ArrayList<>(new FusionAuthChecks(patient, http, egress).findings());
            findings.addAll(skews.findings());
            return findings;
        }
    }

    private static List<Finding> asks() {
        return List.of(
                Finding.ask(Check.ASK_PKCE, "whether FusionAuth passes the PKCE verifier on to the provider"),
                Finding.ask(Check.ASK_REFRESH_TOKEN, "whether the refresh token survives a pending link"),
                Finding.ask(Check.ASK_MINT, "whether the provider takes the client, and gives tokens for your resources"),
                Finding.ask(Check.ASK_REDIRECT_URI, "whether each provider knows your redirect URIs"),
                Finding.ask(Check.ASK_SIGN_IN, "whether people sign in to the application over a provider for linking"),
                Finding.ask(Check.ASK_TOKEN, "whether the broker takes a token of your application"),
                Finding.ask(
                        Check.ASK_INTERRUPTED, "whether FusionAuth writes a link before it asks for a second factor"));
    }
}
