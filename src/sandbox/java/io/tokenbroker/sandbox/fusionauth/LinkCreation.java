package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.sandbox.wire.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** POST of a link: said in full, or completing a pending one; nested, or in the deprecated flat form. */
final class LinkCreation {

    private enum Duplicate {
        ALREADY_LINKED_400,
        CONFLICT_409,
        GENERAL_400,
        FIELD_400,
        UNCHANGED_200,
        OVERWRITTEN_200
    }

    private final State state;

    LinkCreation(State state) {
        this.state = state;
    }

    Reply create(JsonNode body, Access.Caller caller) {
        var nested = body.path("identityProviderLink");
        var flat = !nested.isObject();
        var link = flat ? body : nested;
        var isPrefixed = state.switches.get(Unknown.LinkFieldName.class) == Unknown.LinkFieldName.PREFIXED;
        var prefix = flat || !isPrefixed ? "" : "identityProviderLink.";
        var userId = Json.uuid(link, "userId");
        var user = userId.flatMap(state.users::find);
        var tenant = state.access.tenant(caller, user);
        if (userId.isEmpty()) {
            return Errors.field(400, "missing", prefix + "userId");
        }
        if (user.filter(one -> one.tenantId().equals(tenant)).isEmpty()) {
            return Errors.field(400, "invalid", prefix + "userId");
        }
        FusionAuthLinkApi.refuseWriteFor(user.get(), state, prefix + "userId");
        var pendingId = Json.text(body, "pendingIdPLinkId");
        return pendingId.isPresent()
                ? complete(pendingId.get(), tenant, userId.get())
                : direct(link, prefix, flat, tenant, userId.get());
    }

    private Reply direct(JsonNode link, String prefix, boolean flat, UUID tenant, UUID userId) {
        var provider = Json.uuid(link, "identityProviderId").flatMap(state.providers::find);
        var identity = Json.text(link, "identityProviderUserId");
        if (provider.isEmpty()) {
            var name = Json.text(link, "identityProviderId").isEmpty() ? "missing" : "invalid";
            return Errors.field(400, name, prefix + "identityProviderId");
        }
        if (identity.isEmpty()) {
            return Errors.field(400, "blank", prefix + "identityProviderUserId");
        }
        // The flat form has no token.
        var token = flat ? null : Json.text(link, "token").orElse(null);
        Secrets.note(token);
        var displayName = Json.text(link, "displayName").orElse(null);
        return write(
                new Link(tenant, provider.get().id(), identity.get(), userId, displayName, token, state.now(), null),
                provider.get(),
                null);
    }

    private Reply complete(String pendingId, UUID tenant, UUID userId) {
        Secrets.note(pendingId);
        var pending = state.pendingLinks.take(pendingId);
        if (pending.isEmpty() || !pending.get().tenantId().equals(tenant)) {
            pending.ifPresent(state.pendingLinks::putBack);
            return switch (state.switches.get(Unknown.PendingGone.class)) {
                case GENERAL_400 -> Errors.general(400, "[InvalidPendingIdPLinkId]");
                case FIELD_400 -> Errors.field(400, "invalid", "pendingIdPLinkId");
                case EMPTY_404 -> Reply.empty(404);
            };
        }
        var identity = pending.get().identity();
        var token = state.switches.get(Unknown.PendingToken.class) == Unknown.PendingToken.CARRIED
                ? identity.token()
                : null;
        var providerId = pending.get().identityProviderId();
        var link = new Link(
                tenant, providerId, identity.id(), userId, identity.displayName(), token, state.now(), state.now());
        return write(link, state.providers.find(providerId).orElse(null), pending.get());
    }

    private Reply write(Link link, @Nullable IdentityProvider provider, @Nullable PendingLink pending) {
        var webhook = state.switches.get(Unknown.LinkWebhook.class);
        if (webhook == Unknown.LinkWebhook.FAILS_NOT_WRITTEN) {
            restore(pending);
            return Errors.general(504, "[WebhookTransactionException]");
        }
        var limit = provider == null ? Integer.MAX_VALUE : provider.maximumLinks(link.tenantId());
        return switch (state.links.add(link, limit)) {
            case Links.Addition.Added(var added) -> {
                state.webhooks.deliver(state.webhooks.ofLink("user.identity-provider.link", added));
                yield webhook == Unknown.LinkWebhook.FAILS_WRITTEN
                        ? Errors.general(504, "[WebhookTransactionException]")
                        : linked(added);
            }
            case Links.Addition.Exists(var existing) -> {
                var reply = duplicate(link, existing);
                if (reply.status() != 200) {
                    restore(pending);
                }
                yield reply;
            }
            case Links.Addition.LimitReached() -> {
                restore(pending);
                yield switch (state.switches.get(Unknown.LinkLimit.class)) {
                    case LINK_COUNT_EXCEEDED -> Errors.general(400, "[LinkCountExceeded]");
                    case OTHER_CODE -> Errors.general(400, "[TooManyLinks]");
                };
            }
        };
    }

    private Reply duplicate(Link wanted, Link existing) {
        var sameUser = wanted.userId().equals(existing.userId());
        var chosen = sameUser
                ? state.switches.get(Unknown.SameUserDuplicate.class).name()
                : state.switches.get(Unknown.OtherUserDuplicate.class).name();
        return switch (Duplicate.valueOf(chosen)) {
            case ALREADY_LINKED_400 -> Errors.field(400, "alreadyLinked", "identityProviderUserId");
            case CONFLICT_409 -> conflict();
            case GENERAL_400 -> Errors.general(400, "[duplicate]identityProviderLink");
            case FIELD_400 -> Errors.field(400, "duplicate", "identityProviderLink.identityProviderUserId");
            case UNCHANGED_200 -> linked(existing);
            case OVERWRITTEN_200 -> linked(state.links.put(wanted));
        };
    }

    private Reply conflict() {
        return switch (state.switches.get(Unknown.ConflictBody.class)) {
            case DUPLICATE -> Errors.general(409, "[duplicate]identityProviderLink");
            case RETRYABLE -> Errors.general(409, "[retryableConflict]");
            case EMPTY -> Reply.empty(409);
        };
    }

    private Reply linked(Link link) {
        var provider = state.providers.find(link.identityProviderId()).orElse(null);
        var shown = link.json(provider);
        if (state.switches.get(Unknown.CreatedLink.class) == Unknown.CreatedLink.WITHOUT_INSTANTS_AND_TOKEN) {
            shown.remove(List.of("insertInstant", "lastLoginInstant", "token"));
        }
        return Reply.json(200, Map.of("identityProviderLink", shown));
    }

    private void restore(@Nullable PendingLink pending) {
        Optional.ofNullable(pending).ifPresent(state.pendingLinks::putBack);
    }
}
