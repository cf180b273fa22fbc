package io.tokenbroker.event;

import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What has happened to an account or a provider.
 *
 * @param subject the account's or provider's id; events of one subject stay in order
 * @param data what a receiver needs to act; never a secret
 */
public record Event(Type type, String subject, Map<String, String> data) {

    /** The types, by the names that receivers know. */
    public enum Type {
        ACCOUNT_LINKED("account.linked"),
        ACCOUNT_UNLINKED("account.unlinked"),
        ACCOUNT_REAUTHORIZATION_REQUIRED("account.reauthorization_required"),
        ACCOUNT_RECOVERED("account.recovered"),
        ACCOUNT_EXPIRING("account.expiring"),
        PROVIDER_MISCONFIGURED("provider.misconfigured"),
        PROVIDER_RECOVERED("provider.recovered");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    static Event ofProvider(Type type, UUID provider, Optional<String> reason) {
        var data = new LinkedHashMap<String, String>();
        data.put("provider_id", provider.toString());
        reason.ifPresent(why -> data.put("reason", why));
        return new Event(type, provider.toString(), data);
    }

    /** What can happen to one user's account. */
    public record OfAccount(AccountId id, String userId) {

        public Event linked() {
            return event(Type.ACCOUNT_LINKED, Map.of());
        }

        public Event unlinked() {
            return event(Type.ACCOUNT_UNLINKED, Map.of());
        }

        /** @param reason as in the account's {@code status_reason} */
        public Event reauthorizationRequired(String reason) {
            return event(Type.ACCOUNT_REAUTHORIZATION_REQUIRED, Map.of("reason", reason));
        }

        public Event recovered() {
            return event(Type.ACCOUNT_RECOVERED, Map.of());
        }

        /** @param at when the provider drops the refresh token unless it is used before */
        public Event expiring(Instant at) {
            return event(Type.ACCOUNT_EXPIRING, Map.of("refresh_token_expires_at", at.toString()));
        }

        private Event event(Type type, Map<String, String> more) {
            var data = new LinkedHashMap<String, String>();
            data.put("account_id", id.toString());
            data.put("provider_id", id.providerId().toString());
            data.put("user_id", userId);
            data.putAll(more);
            return new Event(type, id.toString(), data);
        }
    }
}
