package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one reader of OAuth errors: by {@code error}, then {@code suberror} and {@code claims}, then the HTTP status.
 * Entra's AADSTS numbers only refine; its text is never read.
 */
final class TenantErrors {

    /** Throttling in disguise: sent as {@code invalid_grant}, and no reason to bother a person. */
    private static final Set<Integer> THROTTLING = Set.of(50196, 90055);

    private static final Set<Integer> CONSENT = Set.of(65001, 65004, 90094, 90095);

    /** Conditional access, device and cross-tenant policies: signing in again may not help. */
    private static final Set<Integer> POLICY = Set.of(
            53000, 53001, 53002, 53003, 53011, 530003, 530032, 530034, 530035, 530084, 50097, 50155, 50187, 135011,
            500212, 500213);

    /** Disabled, locked, deleted, not assigned: the tenant's administrator must act first. */
    private static final Set<Integer> DISABLED =
            Set.of(50057, 50053, 50034, 50020, 51004, 90072, 16000, 50105, 5000224);

    private static final Set<Integer> INTERACTION = Set.of(50072, 50074, 50076, 50078, 50079, 50158, 50161);
    private static final Set<Integer> SCOPE = Set.of(28000, 28002, 28003, 70011, 700022, 1002012);
    private static final Set<Integer> TARGET = Set.of(90009, 500011, 50001, 65002);
    private static final Set<Integer> CORRUPT_TOKEN = Set.of(9002313);

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(50173, "revoked"),
            Map.entry(50132, "password_changed"),
            Map.entry(50133, "password_changed"),
            Map.entry(50055, "password_expired"),
            Map.entry(50144, "password_expired"),
            Map.entry(50056, "password_changed"),
            Map.entry(50126, "password_changed"),
            Map.entry(70008, "expired"),
            Map.entry(700081, "expired"),
            Map.entry(700082, "expired"),
            Map.entry(700084, "expired"),
            Map.entry(70043, "sign_in_frequency"),
            Map.entry(135010, "credential_removed"));

    private TenantErrors() {}

    static RefreshOutcome classify(int status, JsonNode body, Optional<Duration> retryAfter) {
        var answer = new Answer(status, body);
        return answer.outage()
                .<RefreshOutcome>map(outage -> new RefreshOutcome.Unavailable(outage, retryAfter, answer.upstream()))
                .orElseGet(() -> new RefreshOutcome.Refused(
                        answer.refusal(), answer.reason(), answer.text("claims"), answer.upstream()));
    }

    /** An answer that says neither yes nor no. */
    static RefreshOutcome notUnderstood() {
        return new RefreshOutcome.Refused(
                Refusal.NOT_UNDERSTOOD, "not_understood", Optional.empty(), Upstream.error(null));
    }

    private record Answer(int status, JsonNode body) {

        Optional<Outage> outage() {
            if (status == 429 || isAnyOf(THROTTLING)) {
                return Optional.of(Outage.THROTTLED);
            }
            return switch (error()) {
                case "temporarily_unavailable", "server_error" -> Optional.of(Outage.FAILING);
                default -> status >= 500 || status == 408 ? Optional.of(Outage.FAILING) : Optional.empty();
            };
        }

        Refusal refusal() {
            return switch (error()) {
                case "consent_required" -> Refusal.CONSENT_REQUIRED;
                case "invalid_grant", "interaction_required", "login_required" -> refusalOfGrant();
                case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_instance" ->
                    isAnyOf(TARGET) ? Refusal.INVALID_TARGET : Refusal.MISCONFIGURED;
                case "invalid_scope" -> Refusal.INVALID_SCOPE;
                case "invalid_resource", "invalid_target" -> Refusal.INVALID_TARGET;
                case "invalid_request" -> refusalOfRequest();
                case "access_denied" ->
                    says("consent_required") || isAnyOf(CONSENT) ? Refusal.CONSENT_REQUIRED : Refusal.BLOCKED_BY_POLICY;
                default -> Refusal.NOT_UNDERSTOOD;
            };
        }

        private Refusal refusalOfGrant() {
            if (says("consent_required") || isAnyOf(CONSENT)) {
                return Refusal.CONSENT_REQUIRED;
            }
            if (isAnyOf(DISABLED)) {
                return Refusal.ACCOUNT_DISABLED;
            }
            if (says("message_only", "protection_policy_required", "device_authentication_failed") || isAnyOf(POLICY)) {
                return Refusal.BLOCKED_BY_POLICY;
            }
            if (says("bad_token", "token_expired", "user_password_expired")
                    || REASONS.keySet().stream().anyMatch(codes()::contains)) {
                return Refusal.REAUTHORIZATION_REQUIRED;
            }
            var moreThanBefore = !error().equals("invalid_grant")
                    || says("basic_action", "additional_action")
                    || text("claims").isPresent()
                    || isAnyOf(INTERACTION);
            return moreThanBefore ? Refusal.INTERACTION_REQUIRED : Refusal.REAUTHORIZATION_REQUIRED;
        }

        private Refusal refusalOfRequest() {
            if (isAnyOf(CORRUPT_TOKEN)) {
                return Refusal.REAUTHORIZATION_REQUIRED;
            }
            if (isAnyOf(SCOPE)) {
                return Refusal.INVALID_SCOPE;
            }
            if (isAnyOf(TARGET)) {
                return Refusal.INVALID_TARGET;
            }
            return isAnyOf(DISABLED) ? Refusal.ACCOUNT_DISABLED : Refusal.MISCONFIGURED;
        }

        String reason() {
            return codes().stream()
                    .map(REASONS::get)
                    .filter(known -> known != null)
                    .findFirst()
                    .orElseGet(() -> says("bad_token", "token_expired") ? "expired" : "refused_by_provider");
        }

        Upstream upstream() {
            return new Upstream(
                    error(),
                    text("suberror").orElse(null),
                    codes(),
                    text("correlation_id").orElse(null),
                    text("trace_id").orElse(null));
        }

        Optional<String> text(String member) {
            return Optional.of(body.path(member).asText("")).filter(value -> !value.isEmpty());
        }

        private String error() {
            return body.path("error").asText("");
        }

        private boolean says(String... suberrors) {
            return text("suberror").filter(Set.of(suberrors)::contains).isPresent();
        }

        private boolean isAnyOf(Set<Integer> numbers) {
            return codes().stream().anyMatch(numbers::contains);
        }

        private List<Integer> codes() {
            var codes = new ArrayList<Integer>();
            body.path("error_codes").forEach(code -> codes.add(code.asInt()));
            return codes;
        }
    }
}
