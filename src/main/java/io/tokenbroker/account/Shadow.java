package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A second link record beside an account's own, under the identity {@code <identity>~rotating}: the claim of whoever
 * writes to the account. One with a token holds the account's next refresh token while the link is replaced; one without
 * only keeps others out. It never shows as itself. Its display name says who made it and which link it replaces, by time
 * and token, before the name itself.
 */
record Shadow(Link link) {

    private static final String SUFFIX = "~rotating";

    /** Holder, then {@link #version} of the link, then the account's own display name. */
    private static final Pattern NAME = Pattern.compile("(\\S+) (\\d+ (?:[\\w-]{11}|-)) (.*)", Pattern.DOTALL);

    /** FusionAuth keeps 255 characters; what comes before takes 63 of them. */
    private static final int LONGEST_NAME = 190;

    static boolean isShadow(String identity) {
        return identity.endsWith(SUFFIX);
    }

    /** Whether {@code record} is a shadow of this account, or a shadow of one. */
    static boolean belongsTo(AccountId id, Link record) {
        return isShadow(record.identity())
                && record.providerId().equals(id.providerId())
                && accountOf(record.identity()).equals(id.identity());
    }

    static AccountId accountOf(Link shadow) {
        return new AccountId(shadow.providerId(), accountOf(shadow.identity()));
    }

    /** The identity under which the shadow of this one is kept. */
    static String identityOf(String identity) {
        return identity + SUFFIX;
    }

    /** The claim that holds what is to replace the link's token. */
    static Shadow holding(Link link, Secret next, String holder) {
        return new Shadow(record(link, Optional.of(next), holder));
    }

    /** The claim that only keeps others out. */
    static Shadow claiming(Link link, String holder) {
        return new Shadow(record(link, Optional.empty(), holder));
    }

    UUID userId() {
        return link.userId();
    }

    Instant since() {
        return link.insertedAt();
    }

    boolean isHeldBy(String holder) {
        var name = NAME.matcher(link.displayName());
        return name.matches() && name.group(1).equals(holder);
    }

    /** Whether {@code other} is this claim as it was written. */
    boolean isSameAs(Shadow other) {
        return link.userId().equals(other.link.userId())
                && link.token().equals(other.link.token())
                && (link.token().isPresent() || link.displayName().equals(other.link.displayName()));
    }

    /** The link that this stands for, with the newer token; none if it holds no token. */
    Optional<Link> standsFor() {
        var name = NAME.matcher(link.displayName());
        var identity = link.identity().substring(0, link.identity().length() - SUFFIX.length());
        return link.token()
                .map(token -> link.withIdentity(identity)
                        .withDisplayName(name.matches() ? name.group(3) : link.displayName()));
    }

    /** Whether {@code now} is still the link that this was made to replace: neither signed in to nor made since. */
    boolean replaces(Link now) {
        var name = NAME.matcher(link.displayName());
        return now.userId().equals(link.userId())
                && (name.matches()
                        ? name.group(2).equals(version(now))
                        : now.lastAuthorizedAt().isBefore(link.insertedAt()));
    }

    /** The time alone would not do: FusionAuth's clock may have been set back before a person signed in again. */
    private static String version(Link link) {
        return "%d %s"
                .formatted(
                        link.lastAuthorizedAt().toEpochMilli(),
                        link.token().map(Secret::fingerprint).orElse("-"));
    }

    private static Link record(Link link, Optional<Secret> token, String holder) {
        var name = link.displayName()
                .substring(0, Math.min(LONGEST_NAME, link.displayName().length()));
        return new Link(
                link.providerId(),
                link.providerName(),
                identityOf(link.identity()),
                link.userId(),
                "%s %s %s".formatted(holder, version(link), name),
                token,
                link.insertedAt(),
                Optional.empty());
    }

    private static String accountOf(String identity) {
        return isShadow(identity) ? accountOf(identity.substring(0, identity.length() - SUFFIX.length())) : identity;
    }
}
