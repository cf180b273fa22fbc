package io.tokenbroker.tenant;

import static io.tokenbroker.tenant.RefreshOutcome.Refusal.ACCOUNT_DISABLED;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.BLOCKED_BY_POLICY;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.CONSENT_REQUIRED;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.INTERACTION_REQUIRED;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.INVALID_SCOPE;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.INVALID_TARGET;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.MISCONFIGURED;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.MISCONFIGURED_FOR_RESOURCE;
import static io.tokenbroker.tenant.RefreshOutcome.Refusal.REAUTHORIZATION_REQUIRED;

import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What errors mean, as tables. {@code error} gives the meaning and lists what else it can mean; {@code suberror} and
 * AADSTS numbers choose among that. Where they disagree, the one wins that a sign-in helps least.
 */
final class ErrorCatalogue {

    /** A reason where the provider gives none. */
    static final String REFUSED_BY_PROVIDER = "refused_by_provider";

    private static final List<Refusal> PRECEDENCE = List.of(
            CONSENT_REQUIRED,
            ACCOUNT_DISABLED,
            BLOCKED_BY_POLICY,
            REAUTHORIZATION_REQUIRED,
            INTERACTION_REQUIRED,
            INVALID_SCOPE,
            INVALID_TARGET,
            MISCONFIGURED_FOR_RESOURCE,
            MISCONFIGURED);

    /** What a grant can be refused for. */
    private static final Set<Refusal> GRANT = Set.of(
            CONSENT_REQUIRED, ACCOUNT_DISABLED, BLOCKED_BY_POLICY, REAUTHORIZATION_REQUIRED, INTERACTION_REQUIRED);

    private static final Reading CLIENT =
            new Reading(MISCONFIGURED, Set.of(INVALID_TARGET, MISCONFIGURED_FOR_RESOURCE));

    /**
     * RFC 6749 §5.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6, and Entra's own. A request that is called invalid may be
     * so by what the caller asked for: without a number it speaks for no other request.
     */
    static final Map<String, Reading> ERRORS = Map.ofEntries(
            Map.entry("invalid_grant", new Reading(REAUTHORIZATION_REQUIRED, GRANT)),
            Map.entry("interaction_required", new Reading(INTERACTION_REQUIRED, GRANT)),
            Map.entry("login_required", new Reading(INTERACTION_REQUIRED, GRANT)),
            Map.entry("consent_required", only(CONSENT_REQUIRED)),
            Map.entry("access_denied", new Reading(BLOCKED_BY_POLICY, Set.of(CONSENT_REQUIRED))),
            Map.entry("invalid_scope", only(INVALID_SCOPE)),
            Map.entry("invalid_resource", only(INVALID_TARGET)),
            Map.entry("invalid_target", only(INVALID_TARGET)),
            Map.entry(
                    "invalid_request",
                    new Reading(
                            MISCONFIGURED_FOR_RESOURCE,
                            Set.of(
                                    REAUTHORIZATION_REQUIRED,
                                    ACCOUNT_DISABLED,
                                    INVALID_SCOPE,
                                    INVALID_TARGET,
                                    MISCONFIGURED))),
            Map.entry("invalid_client", CLIENT),
            Map.entry("unauthorized_client", CLIENT),
            // GitHub's own, as 200.
            Map.entry("bad_refresh_token", only(REAUTHORIZATION_REQUIRED)),
            Map.entry("incorrect_client_credentials", only(MISCONFIGURED)),
            Map.entry("unsupported_grant_type", CLIENT),
            Map.entry("invalid_instance", CLIENT));

    private static final Map<String, Hint> SUBERRORS = Map.of(
            "consent_required", new Hint(CONSENT_REQUIRED),
            "message_only", new Hint(BLOCKED_BY_POLICY),
            "protection_policy_required", new Hint(BLOCKED_BY_POLICY),
            "device_authentication_failed", new Hint(BLOCKED_BY_POLICY),
            "bad_token", new Hint(REAUTHORIZATION_REQUIRED, "expired"),
            "token_expired", new Hint(REAUTHORIZATION_REQUIRED, "expired"),
            "user_password_expired", new Hint(REAUTHORIZATION_REQUIRED, "password_expired"),
            "basic_action", new Hint(INTERACTION_REQUIRED),
            "additional_action", new Hint(INTERACTION_REQUIRED));

    /**
     * The numbers that say more than their {@code error}. 70000, "invalid or malformed", does not: personal accounts get it
     * for everything, now and then for a token that works a moment later.
     */
    private static final Map<Integer, Hint> NUMBERS = Stream.of(
                    new Row(new Hint(CONSENT_REQUIRED), 65001, 65004, 90094, 90095),
                    // Disabled, locked, deleted, not assigned: the tenant's administrator must act first.
                    new Row(
                            new Hint(ACCOUNT_DISABLED),
                            16000,
                            50020,
                            50034,
                            50053,
                            50057,
                            50105,
                            51004,
                            90072,
                            5000224),
                    // Conditional access, device and cross-tenant policies: signing in again may not help.
                    new Row(
                            new Hint(BLOCKED_BY_POLICY),
                            53000,
                            53001,
                            53002,
                            53003,
                            53011,
                            530003,
                            530032,
                            530034,
                            530035,
                            530084),
                    new Row(new Hint(BLOCKED_BY_POLICY), 50097, 50155, 50187, 135011, 500212, 500213),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "revoked"), 50173),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "password_changed"), 50056, 50126, 50132, 50133),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "password_expired"), 50055, 50144),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "expired"), 70008, 700081, 700082, 700084),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "sign_in_frequency"), 70043),
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "credential_removed"), 135010),
                    // The token is no token at all: what FusionAuth holds is damaged.
                    new Row(new Hint(REAUTHORIZATION_REQUIRED, "malformed"), 9002313),
                    new Row(new Hint(INTERACTION_REQUIRED), 50058, 50072, 50074, 50076, 50078, 50079, 50158, 50161),
                    new Row(new Hint(INVALID_SCOPE), 28000, 28002, 28003, 70011, 700022, 1002012),
                    new Row(new Hint(INVALID_TARGET), 50001, 65002, 90009, 500011),
                    new Row(new Hint(MISCONFIGURED_FOR_RESOURCE), 650052, 650054, 650056, 650057),
                    // Tenant, cloud, tenant restriction of our network, kind of redirect URI.
                    new Row(new Hint(MISCONFIGURED), 90002, 500021, 500022, 9002326, 9002327))
            .flatMap(row -> row.numbers().stream().map(number -> Map.entry(number, row.hint())))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    /** What a 5xx says, in OAuth's words (RFC 6749 §4.1.2.1). */
    private static final Set<String> AWAY = Set.of("temporarily_unavailable", "server_error");

    /** They mean the same whatever {@code error} comes with them, for it is a misleading one at times. */
    private static final Map<Integer, Outage> OUTAGES = Map.ofEntries(
            Map.entry(50196, Outage.ASKED_TOO_OFTEN),
            Map.entry(90055, Outage.THROTTLED),
            Map.entry(50033, Outage.FAILING),
            Map.entry(50087, Outage.FAILING),
            Map.entry(50088, Outage.FAILING),
            Map.entry(70012, Outage.FAILING),
            Map.entry(90006, Outage.FAILING),
            Map.entry(90012, Outage.FAILING),
            Map.entry(90024, Outage.FAILING),
            Map.entry(90033, Outage.FAILING),
            Map.entry(90090, Outage.FAILING));

    private ErrorCatalogue() {}

    static Optional<Outage> outage(String error, List<Integer> numbers) {
        return numbers.stream()
                .map(OUTAGES::get)
                .filter(outage -> outage != null)
                .findFirst()
                .or(() -> AWAY.contains(error) ? Optional.of(Outage.FAILING) : Optional.empty());
    }

    /**
     * @param error a known one
     * @param challenged whether a claims request came along, which only a sign-in can meet
     */
    static Meaning meaning(String error, Optional<String> suberror, List<Integer> numbers, boolean challenged) {
        var reading = Optional.ofNullable(ERRORS.get(error)).orElseThrow();
        var hints = Stream.of(
                        numbers.stream().map(NUMBERS::get),
                        suberror.stream().map(SUBERRORS::get),
                        Stream.of(new Hint(INTERACTION_REQUIRED)).filter(hint -> challenged))
                .flatMap(hint -> hint)
                .filter(hint -> hint != null && reading.canMean().contains(hint.refusal()))
                .toList();
        return PRECEDENCE.stream()
                .flatMap(refusal -> hints.stream().filter(hint -> hint.refusal() == refusal))
                .findFirst()
                .map(hint -> new Meaning(hint.refusal(), hint.reason(), false))
                .orElseGet(() -> new Meaning(reading.itself(), REFUSED_BY_PROVIDER, true));
    }

    private static Reading only(Refusal refusal) {
        return new Reading(refusal, Set.of());
    }

    /** @param unexplained whether {@code error} alone says so */
    record Meaning(Refusal refusal, String reason, boolean unexplained) {}

    record Reading(Refusal itself, Set<Refusal> canMean) {

        Reading {
            canMean = Set.copyOf(canMean);
        }
    }

    private record Row(Hint hint, List<Integer> numbers) {

        Row(Hint hint, Integer... numbers) {
            this(hint, List.of(numbers));
        }

        Row {
            numbers = List.copyOf(numbers);
        }
    }

    private record Hint(Refusal refusal, String reason) {

        Hint(Refusal refusal) {
            this(refusal, REFUSED_BY_PROVIDER);
        }
    }
}
