package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Rotated tokens that FusionAuth has not taken yet: of a token spent by its use, the only ones there are. They must not
 * be forgotten to make room, and a broker that is killed loses them: so while they are many, no more tokens are spent
 * that FusionAuth might not take.
 */
@ApplicationScoped
class UnstoredTokens {

    private static final int A_HANDFUL = 8;

    private final ConcurrentMap<AccountId, Unstored> tokens = new ConcurrentHashMap<>();

    /**
     * @param removed whether the link was removed to make room, or may have been: the token's account may be nowhere else
     * @param notBefore until when a call may still be carried out that must not meet the next link
     */
    record Unstored(Link link, Secret token, boolean removed, Instant notBefore) {

        static Unstored of(Link link, Secret token) {
            return new Unstored(link, token, false, Instant.EPOCH);
        }

        Unstored withoutLink(Instant until) {
            return new Unstored(link, token, true, until);
        }
    }

    void put(Unstored unstored) {
        tokens.put(AccountId.of(unstored.link()), unstored);
    }

    void remove(AccountId id) {
        tokens.remove(id);
    }

    Optional<Unstored> find(AccountId id) {
        return Optional.ofNullable(tokens.get(id));
    }

    /** Whether so many are being stored, or wait for it, that FusionAuth must show that it takes any. */
    boolean areMany() {
        return tokens.size() >= A_HANDFUL;
    }

    /** Until when something that concerns this user's accounts at the provider may still be carried out. */
    Instant notBefore(UUID userId, UUID providerId) {
        return tokens.values().stream()
                .filter(unstored -> unstored.link().userId().equals(userId)
                        && unstored.link().providerId().equals(providerId))
                .map(Unstored::notBefore)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    /** There is no time left to wait: what may go wrong then is no worse than what is sure to. */
    void waitNoLonger() {
        tokens.replaceAll((id, token) -> new Unstored(token.link(), token.token(), token.removed(), Instant.EPOCH));
    }

    /** Some accounts that wait, not always the same. */
    List<Link> links(int most) {
        var all = new ArrayList<>(tokens.values());
        Collections.shuffle(all);
        return all.stream().limit(most).map(Unstored::link).toList();
    }

    /** The link of an account that is nowhere but here. */
    Optional<Link> removedLink(AccountId id) {
        return find(id).filter(Unstored::removed)
                .map(unstored -> unstored.link().withToken(unstored.token()));
    }

    List<Link> removedLinks(UUID userId) {
        return tokens.values().stream()
                .filter(unstored ->
                        unstored.removed() && unstored.link().userId().equals(userId))
                .map(unstored -> unstored.link().withToken(unstored.token()))
                .toList();
    }
}
