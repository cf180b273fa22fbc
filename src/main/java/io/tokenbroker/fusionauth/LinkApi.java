package io.tokenbroker.fusionauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fusionauth.domain.IdentityProviderLink;
import io.fusionauth.domain.provider.IdentityProviderType;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * FusionAuth's Link API ({@code /api/identity-provider/link}): create, read, delete; there is no update. Every method
 * blocks, and throws {@link BrokerException} when FusionAuth cannot be asked.
 */
@ApplicationScoped
public class LinkApi {

    private static final String PATH = " /api/identity-provider/link";

    /** Circuit key for links of unknown owner: all count as one person, since account ids can be invented. */
    private static final String SOMEBODY = "somebody";

    private static final Logger LOG = Logger.getLogger(LinkApi.class);

    /** FusionAuth keeps an identity of up to 255 characters, and no provider's refresh token is as long as this. */
    private static final int LONGEST = 8_192;

    private static final int MOST_OF_ONE_USER = 1_000;

    private final FusionAuthCalls calls;

    /** Owner of each link, for the circuit. */
    private final Cache<Key, UUID> owners;

    LinkApi(FusionAuthCalls calls, CacheBudget memory) {
        this.calls = calls;
        this.owners = memory.cache(
                Share.LINK_OWNERS,
                Caffeine.newBuilder(),
                (key, owner) -> 200 + 2 * key.identity().length());
    }

    /** The user's links at OpenID Connect providers; none if there is no such user. */
    public List<Link> ofUser(UUID userId) {
        // FusionAuth says 400 or 404 of a user without links, and of no such user.
        var links = calls.read(
                        FusionAuthCalls.API,
                        userId.toString(),
                        "GET" + PATH,
                        Set.of(400, 404),
                        api -> api.retrieveUserLinksByUserId(null, userId))
                .map(body -> body.identityProviderLinks)
                .orElse(List.of());
        if (links.size() > MOST_OF_ONE_USER) {
            throw new BrokerException(
                    ProblemType.UPSTREAM_ERROR,
                    "FusionAuth has more than %d links of this user, which the broker does not list. Its operator should delete those that nobody needs; minting works on."
                            .formatted(MOST_OF_ONE_USER));
        }
        return links.stream()
                .filter(LinkApi::isOpenIdConnect)
                .filter(LinkApi::isBounded)
                .map(this::remembered)
                .toList();
    }

    /** The link of this identity at an OpenID Connect provider, of any user. */
    public Optional<Link> find(UUID providerId, String identity) {
        return calls.read(
                        FusionAuthCalls.API,
                        ownerOf(providerId, identity),
                        "GET" + PATH,
                        Set.of(404),
                        api -> api.retrieveUserLink(providerId, identity, null))
                .map(body -> body.identityProviderLink)
                .filter(LinkApi::isOpenIdConnect)
                .filter(LinkApi::isBounded)
                .map(this::remembered);
    }

    /**
     * Deletes the link; one that has gone already is no error.
     *
     * @throws BrokerException if FusionAuth does not say that it has gone; reading it again tells
     */
    public void delete(Link link) {
        var response = calls.call(
                link.userId().toString(), api -> api.deleteUserLink(link.providerId(), link.identity(), link.userId()));
        switch (response.status) {
            case 200, 202, 204 -> {}
            case 404 -> Failures.requireItsOwn(response, "DELETE" + PATH);
            default -> throw Failures.problem(response, "DELETE" + PATH);
        }
    }

    /** Servers before 1.46.0 do not say the type. */
    private static boolean isOpenIdConnect(IdentityProviderLink link) {
        return link.identityProviderType == null || link.identityProviderType == IdentityProviderType.OpenIDConnect;
    }

    /** A link of absurd length is none: it would be remembered. */
    private static boolean isBounded(IdentityProviderLink link) {
        var isBounded = length(link.identityProviderUserId) <= LONGEST && length(link.token) <= LONGEST;
        if (!isBounded) {
            LOG.warnf(
                    "A link of user %s at provider %s is left out: its identity or its token is longer than %d characters",
                    link.userId, link.identityProviderId, LONGEST);
        }
        return isBounded;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static String name(@Nullable String text) {
        return text == null ? "" : text.substring(0, Math.min(text.length(), LONGEST));
    }

    /** Converts the link, and remembers its owner for the circuit. */
    private Link remembered(IdentityProviderLink record) {
        var link = toLink(record);
        owners.put(new Key(link.providerId(), link.identity()), link.userId());
        return link;
    }

    private String ownerOf(UUID providerId, String identity) {
        return Optional.ofNullable(owners.getIfPresent(new Key(providerId, identity)))
                .map(UUID::toString)
                .orElse(SOMEBODY);
    }

    static Link toLink(IdentityProviderLink link) {
        return new Link(
                link.identityProviderId,
                name(link.identityProviderName),
                link.identityProviderUserId,
                link.userId,
                name(link.displayName),
                Optional.ofNullable(link.token)
                        .filter(token -> !token.isBlank())
                        .map(Secret::of),
                instant(link.insertInstant),
                instant(link.lastLoginInstant));
    }

    private static Optional<Instant> instant(@Nullable ZonedDateTime time) {
        return Optional.ofNullable(time)
                // RFC 3339 has years of four digits; what is beyond is no date of a link.
                .filter(known -> known.getYear() <= 9_999)
                .map(ZonedDateTime::toInstant);
    }

    private record Key(UUID providerId, String identity) {}

    /**
     * An identity provider link: FusionAuth's record that an identity at a provider belongs to a user.
     *
     * @param identity the identity's id at the provider, {@code identityProviderUserId} in FusionAuth
     * @param token the refresh token, if the provider gave one
     * @param insertedAt when this record was made, if FusionAuth says so
     * @param lastLoginAt when FusionAuth last completed a sign-in over it
     */
    public record Link(
            UUID providerId,
            String providerName,
            String identity,
            UUID userId,
            String displayName,
            Optional<Secret> token,
            Optional<Instant> insertedAt,
            Optional<Instant> lastLoginAt) {

        /** Tells this record from an earlier one of the same identity. Always the same where FusionAuth says nothing. */
        public Instant linkedAt() {
            return insertedAt.orElse(Instant.EPOCH);
        }

        /** About how much memory it takes. */
        public int bytes() {
            return 700
                    + 4 * identity.length()
                    + 2
                            * (displayName.length()
                                    + providerName.length()
                                    + token.map(Secret::length).orElse(0));
        }

        /** The last sign-in, else when the record was made: since then the token can be no older. */
        public Optional<Instant> lastAuthorizedAt() {
            return Stream.concat(lastLoginAt.stream(), insertedAt.stream()).max(Comparator.naturalOrder());
        }
    }
}
