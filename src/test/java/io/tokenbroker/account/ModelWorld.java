package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * FusionAuth and the tenant in memory, at one instant of one schedule: one account of one user. Immutable.
 *
 * @param time milliseconds; every write takes one, so that no two records are of the same age
 * @param records by identity
 * @param singleUse whether a used refresh token is spent
 * @param spent refresh tokens that the tenant takes no more
 * @param issued how many refresh tokens each sign-in has got
 * @param stored every refresh token that ever was in a record
 * @param orphaned refresh tokens whose only holder died, or that never reached anybody
 * @param newest the latest sign-in that the link was given
 * @param unlinking whether somebody has begun to unlink
 * @param unlinked whether somebody was told that the account is unlinked
 * @param ghost of a new token that was put beside no link, because it had been unlinked since it was read
 */
record ModelWorld(
        long time,
        Map<String, Rec> records,
        boolean singleUse,
        Set<String> spent,
        Map<Integer, Integer> issued,
        Set<String> stored,
        Set<String> orphaned,
        int newest,
        boolean unlinking,
        boolean unlinked,
        Ghost ghost) {

    static final UUID PROVIDER = new UUID(1, 1);
    static final UUID USER = new UUID(2, 2);
    static final String IDENTITY = "b";
    static final AccountId ACCOUNT = new AccountId(PROVIDER, IDENTITY);

    /**
     * A shadow that would bring an unlinked account back.
     *
     * @param maker who asked for it; empty for nobody
     * @param excused whether its maker was hindered since from taking it back, or heard nothing of it
     */
    record Ghost(String maker, boolean excused) {

        static final Ghost NONE = new Ghost("", false);
    }

    /** @param login when a sign-in last went over it; 0 for never */
    record Rec(@Nullable String token, String name, long inserted, long login) {}

    static ModelWorld linked(boolean singleUse) {
        return new ModelWorld(
                1_000,
                Map.of(IDENTITY, new Rec("1.0", "B", 1, 1)),
                singleUse,
                Set.of(),
                Map.of(1, 0),
                Set.of("1.0"),
                Set.of(),
                1,
                false,
                false,
                Ghost.NONE);
    }

    Instant now() {
        return Instant.ofEpochMilli(time);
    }

    Optional<Link> find(String identity) {
        return Optional.ofNullable(records.get(identity)).map(rec -> link(identity, rec));
    }

    List<Link> all() {
        return records.entrySet().stream()
                .map(entry -> link(entry.getKey(), entry.getValue()))
                .toList();
    }

    Stream<String> tokens() {
        return records.values().stream().flatMap(rec -> Optional.ofNullable(rec.token()).stream());
    }

    boolean works(String token) {
        return !spent.contains(token);
    }

    static int signIn(String token) {
        return Integer.parseInt(token.substring(0, token.indexOf('.')));
    }

    /** The newest refresh token of a sign-in. */
    String latest(int signIn) {
        return signIn + "." + issued.get(signIn);
    }

    ModelWorld after(long millis) {
        return with(time + millis, records, spent, issued, stored);
    }

    ModelWorld create(String maker, Link link) {
        var token = link.token().map(Secret::reveal);
        var more = new TreeMap<>(records);
        more.put(link.identity(), new Rec(token.orElse(null), link.displayName(), time + 1, 0));
        var ever = new TreeSet<>(stored);
        token.ifPresent(ever::add);
        var lonely = Shadow.isShadow(link.identity()) && token.isPresent() && !records.containsKey(IDENTITY);
        var made = with(time + 1, more, spent, issued, ever);
        return lonely && unlinking && !ghost.excused() ? made.haunted(new Ghost(maker, false)) : made;
    }

    /** Something has gone wrong for an actor that may have been about to take its shadow back. */
    ModelWorld hindered(String actor) {
        return ghost.maker().equals(actor) ? haunted(new Ghost(actor, true)) : this;
    }

    private ModelWorld haunted(Ghost now) {
        return new ModelWorld(
                time, records, singleUse, spent, issued, stored, orphaned, newest, unlinking, unlinked, now);
    }

    ModelWorld delete(String identity) {
        var fewer = new TreeMap<>(records);
        fewer.remove(identity);
        return with(time + 1, fewer, spent, issued, stored);
    }

    /** The tenant's side of a refresh that it accepts: {@link #latest} of that sign-in is the new token. */
    ModelWorld refreshed(String token) {
        var more = new TreeMap<>(issued);
        more.merge(signIn(token), 1, Integer::sum);
        var used = new TreeSet<>(spent);
        if (singleUse) {
            used.add(token);
        }
        return with(time, records, used, more, stored);
    }

    /** A person signs in: the link, if there is one, gets the first token of the sign-in. */
    ModelWorld signedIn() {
        var rec = records.get(IDENTITY);
        if (rec == null) {
            return this;
        }
        var signIn = newest + 1;
        var token = signIn + ".0";
        var more = new TreeMap<>(records);
        more.put(IDENTITY, new Rec(token, rec.name(), rec.inserted(), time + 1));
        var tokens = new TreeMap<>(issued);
        tokens.put(signIn, 0);
        var ever = new TreeSet<>(stored);
        ever.add(token);
        return new ModelWorld(
                time + 1, more, singleUse, spent, tokens, ever, orphaned, signIn, unlinking, unlinked, ghost);
    }

    ModelWorld orphaning(String token) {
        var more = new TreeSet<>(orphaned);
        more.add(token);
        return new ModelWorld(
                time, records, singleUse, spent, issued, stored, more, newest, unlinking, unlinked, ghost);
    }

    ModelWorld unlinking(boolean done) {
        return new ModelWorld(
                time, records, singleUse, spent, issued, stored, orphaned, newest, true, unlinked || done, ghost);
    }

    /** Whether a token was replaced, and nothing is left of it to do. */
    boolean isRotated() {
        var rec = records.get(IDENTITY);
        return rec != null && !"1.0".equals(rec.token()) && records.size() == 1;
    }

    /** Somebody who could not unlink, and signed in again, wants the account. */
    ModelWorld wanted() {
        return new ModelWorld(
                time,
                records,
                singleUse,
                spent,
                issued,
                stored,
                orphaned,
                newest,
                unlinking && !records.containsKey(IDENTITY),
                unlinked,
                ghost);
    }

    /** Unlinks past the brokers. Where the shadow holds a token, what has gone wrong before may bring the account back. */
    ModelWorld unlinkedElsewhere() {
        if (!records.containsKey(IDENTITY)) {
            return this;
        }
        var shadow = records.get(Shadow.identityOf(IDENTITY));
        var after = delete(IDENTITY).unlinking(true);
        return shadow != null && shadow.token() != null
                ? after.haunted(new Ghost(shadow.name().split(" ", 2)[0], false))
                : after;
    }

    private ModelWorld with(
            long newTime,
            Map<String, Rec> newRecords,
            Set<String> newSpent,
            Map<Integer, Integer> newIssued,
            Set<String> newStored) {
        return new ModelWorld(
                newTime,
                newRecords,
                singleUse,
                newSpent,
                newIssued,
                newStored,
                orphaned,
                newest,
                unlinking,
                unlinked,
                ghost);
    }

    private static Link link(String identity, Rec rec) {
        return new Link(
                PROVIDER,
                "Model",
                identity,
                USER,
                rec.name(),
                Optional.<String>ofNullable(rec.token()).map(Secret::of),
                Instant.ofEpochMilli(rec.inserted()),
                Optional.of(rec.login()).filter(login -> login > 0).map(Instant::ofEpochMilli));
    }
}
