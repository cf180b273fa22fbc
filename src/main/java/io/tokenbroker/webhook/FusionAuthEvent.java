package io.tokenbroker.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.settings.FusionAuthSettings;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** What FusionAuth tells in a webhook, as far as it matters here. */
sealed interface FusionAuthEvent {

    /** One that FusionAuth knows more types of than the broker. */
    String OTHER = "other";

    /** Of an account. */
    Set<String> OF_LINKS = Set.of("user.identity-provider.link", "user.identity-provider.unlink");

    /** Of a user: each changes whether the user's accounts may be used, or ends them. */
    Set<String> OF_USERS = Set.of(
            "user.deactivate",
            "user.reactivate",
            "user.delete",
            "user.delete.complete",
            "user.registration.delete",
            "user.registration.delete.complete");

    /** Its type, for metrics; {@link #OTHER} for one that FusionAuth could make up. */
    String type();

    /** FusionAuth changes something that the broker remembers, or has changed it. */
    record Change(String type, UUID id, Changed what) implements FusionAuthEvent {}

    /** It concerns nothing that the broker remembers. */
    record Ignored(String type) implements FusionAuthEvent {}

    /** It is none that can be understood. */
    record Malformed(String type) implements FusionAuthEvent {}

    /** What has changed. */
    sealed interface Changed {

        record User(UUID id) implements Changed {}

        record Account(AccountId id) implements Changed {}
    }

    /** Reads the body of a webhook: only users of this tenant and registrations for this application matter. */
    static FusionAuthEvent of(JsonNode body, FusionAuthSettings ours) {
        var event = body.path("event");
        var sent = event.path("type").asText();
        if (sent.isEmpty()) {
            return new Malformed(OTHER);
        }
        if (!OF_LINKS.contains(sent) && !OF_USERS.contains(sent)) {
            return new Ignored(OTHER);
        }
        if (isOfAnother(event.path("tenantId"), ours.tenantId())
                || (isOfRegistration(sent) && isOfAnother(application(event), ours.applicationId()))) {
            return new Ignored(sent);
        }
        var what = OF_LINKS.contains(sent) ? account(event) : user(event);
        return uuid(event.path("id"))
                .flatMap(id -> what.<FusionAuthEvent>map(changed -> new Change(sent, id, changed)))
                .orElseGet(() -> new Malformed(sent));
    }

    /** Links and users are of the tenant, whichever application was used to change them. */
    private static boolean isOfRegistration(String type) {
        return type.startsWith("user.registration.");
    }

    private static JsonNode application(JsonNode event) {
        var said = event.path("applicationId");
        return said.isTextual() ? said : event.path("registration").path("applicationId");
    }

    /** What an event does not say is taken for ours: then the broker looks once too often. */
    private static boolean isOfAnother(JsonNode said, UUID ours) {
        return said.isTextual() && !uuid(said).equals(Optional.of(ours));
    }

    private static Optional<Changed> user(JsonNode event) {
        return uuid(event.path("user").path("id"))
                .or(() -> uuid(event.path("linkedObjectId")))
                .map(Changed.User::new);
    }

    private static Optional<Changed> account(JsonNode event) {
        var link = event.path("identityProviderLink");
        var identity = link.path("identityProviderUserId").asText();
        return uuid(link.path("identityProviderId"))
                .map(provider -> new AccountId(provider, identity).toString())
                .flatMap(AccountId::parse)
                .map(Changed.Account::new);
    }

    private static Optional<UUID> uuid(JsonNode said) {
        try {
            return Optional.of(said.asText())
                    .filter(Predicate.not(String::isEmpty))
                    .map(UUID::fromString);
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
