package io.tokenbroker.doctor;

import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.EgressPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Examines a broker's surroundings, all at once, and gives what it found in the order of the checks. */
final class Doctor {

    private static final Duration LONGEST = Duration.ofSeconds(25);

    private final Patient patient;
    private final Clock clock;
    private final Duration longest;

    /** What an examination found before it was left to itself, stays. */
    private final Queue<Finding> found = new ConcurrentLinkedQueue<>();

    Doctor(Patient patient, Clock clock) {
        this(patient, clock, LONGEST);
    }

    /** @param longest after which an examination is left to itself */
    Doctor(Patient patient, Clock clock, Duration longest) {
        this.patient = patient;
        this.clock = clock;
        this.longest = longest;
    }

    /** Once. */
    List<Finding> findings() {
        var begun = examinations().entrySet().stream()
                .map(examination -> begin(examination.getKey(), examination.getValue()))
                .toList();
        begun.forEach(CompletableFuture::join);
        return Stream.concat(found.stream(), asks().stream())
                .sorted(Comparator.comparing(Finding::check).thenComparing(Finding::subject))
                .toList();
    }

    private Map<String, Runnable> examinations() {
        var all = new LinkedHashMap<String, Runnable>();
        all.put("settings", () -> new SettingsChecks(patient).findings().forEach(found::add));
        if (patient.isSound("broker.store.")) {
            all.put("store", new StoreChecks(patient, clock, found::add)::examine);
        }
        if (patient.isSound("HTTPS_PROXY")) {
            all.putAll(upstreams());
        }
        return all;
    }

    private Map<String, Runnable> upstreams() {
        var settings = patient.settings();
        var proxy = patient.proxy().get();
        var http = new ProbeHttp(proxy, new EgressPolicy(settings, proxy), new Skews(clock, found::add));
        var all = new LinkedHashMap<String, Runnable>();
        if (patient.isSound("broker.events.", "broker.upstreams.")) {
            all.put(
                    "receivers",
                    () -> new SettingsChecks(patient).receivers(http::objection).forEach(found::add));
        }
        if (patient.isSound("broker.fusionauth.")) {
            all.putAll(fusionAuth(settings, http));
        }
        return all;
    }

    private Map<String, Runnable> fusionAuth(BrokerSettings settings, ProbeHttp http) {
        var all = new LinkedHashMap<String, Runnable>();
        var key = new CompletableFuture<Optional<KeyChecks>>();
        all.put("FusionAuth", () -> new FusionAuthChecks(settings, http, found::add).examine(key));
        if (patient.isSound("broker.providers.", "broker.upstreams.")) {
            var providers = new ProviderList(settings, http, found::add);
            all.put("providers", () -> key.join().ifPresent(told -> providers.examine(told.providers())));
        }
        return all;
    }

    private CompletableFuture<Boolean> begin(String name, Runnable examination) {
        // SQLite's native calls would hold the carrier of a virtual thread. One that hangs must not hold the process.
        var thread = Thread.ofPlatform().daemon().name("doctor-" + name);
        return CompletableFuture.runAsync(examination, thread::start)
                .orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS)
                .handle((done, e) -> e == null || found.add(Finding.fault(Check.UNFINISHED, name, unfinished(e))));
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

    private static List<Finding> asks() {
        return List.of(
                Finding.ask(Check.ASK_PKCE, "whether FusionAuth passes the PKCE verifier on to the provider"),
                Finding.ask(Check.ASK_REFRESH_TOKEN, "whether the refresh token survives a pending link"),
                Finding.ask(
                        Check.ASK_MINT, "whether the provider takes the client, and gives tokens for your resources"),
                Finding.ask(Check.ASK_REDIRECT_URI, "whether each provider knows your redirect URIs"),
                Finding.ask(Check.ASK_SIGN_IN, "whether people sign in to the application over a provider for linking"),
                Finding.ask(Check.ASK_TOKEN, "whether the broker takes a token of your application"),
                Finding.ask(
                        Check.ASK_INTERRUPTED, "whether FusionAuth writes a link before it asks for a second factor"),
                Finding.ask(Check.ASK_LINK_EVENTS, "whether events of links carry the refresh token"),
                Finding.ask(Check.ASK_UPSTREAM_FAILURE, "whether FusionAuth tells a provider's failure by 400 or 401"));
    }
}
