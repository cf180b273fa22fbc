package io.tokenbroker.grant;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.ModelMints.HandedOut;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The world as one broker sees it. What the broker has asked before is answered from a log; its first new call stops it. So
 * it can be run again and again, without threads, and a schedule is a sequence of answers.
 */
final class ModelCalls extends Clock implements GrantStore {

    /** What a broker does next, as someone wants it. */
    enum Work {
        MINT,
        /** The person signs in to the account, or links it, through this broker. */
        COMPLETE,
        /** X unlinks the account through this broker. */
        UNLINK,
        /** Each second: stores what is not stored yet. */
        RETRY
    }

    /** What a broker asks of the world. */
    sealed interface Call {

        /** It is done with its last work. */
        record Idle() implements Call {}

        record Find() implements Call {}

        record DeleteLink(Link link) implements Call {}

        record Authorize() implements Call {}

        record Send(Secret token, UUID user) implements Call {}

        /** Before the same token is sent once more. */
        record Pause() implements Call {}

        /** For the attempt of another broker. */
        record Wait() implements Call {}

        record LookAt(SignIn signIn, String target) implements Call {}

        record Version() implements Call {}

        record Take(SignIn signIn, long version, Duration length, boolean takeOver) implements Call {}

        record Keep(Held held, Secret token, Optional<Target> shared) implements Call {}

        record Holds(Secret token) implements Call {}

        record StartOver(SignIn signIn, long seen, boolean authorized) implements Call {}

        record End(Held held, Optional<Mark> mark) implements Call {}

        record Remove(SignIn signIn) implements Call {}
    }

    /** What the broker last saw of the row. */
    record Looked(SignIn signIn, String target, Look look) {}

    /** A store that is away, or the answer of which was lost. */
    enum Failure {
        STORE_AWAY,
        FUSIONAUTH_AWAY
    }

    /** What of the world's time a broker knows when it is answered. */
    record Now(int rechecks, int expiries, boolean isSettled) {

        static Now of(ModelWorld world) {
            return new Now(world.rechecks(), world.expiries(), world.isSettled());
        }
    }

    /** @param seconds how long the call took by a clock that cannot be set */
    record Answered(Object value, int seconds, Now now) {}

    /** Thrown through everything: the call that is not answered yet. */
    static final class Pending extends Error {
        private static final long serialVersionUID = 1;
        private final transient Call call;

        Pending(Call call) {
            super(null, null, false, false);
            this.call = call;
        }

        Call call() {
            return call;
        }
    }

    private final List<Answered> log;
    private int next;
    private int seconds;
    private Now now = new Now(0, 0, true);
    private Optional<Pending> pending = Optional.empty();

    private boolean hasUnstored;
    private Optional<Secret> unanswered = Optional.empty();
    private Optional<Secret> holding = Optional.empty();
    private Optional<String> lease = Optional.empty();
    private Optional<Looked> looked = Optional.empty();
    private final List<HandedOut> handedOut = new ArrayList<>();

    ModelCalls(List<Answered> log) {
        this.log = List.copyOf(log);
    }

    /** What became of the broker: where it stands, and what it holds. */
    ModelNode node() {
        return new ModelNode(
                log, pending.orElseThrow().call(), holding, lease, looked, hasUnstored, unanswered, handedOut, now);
    }

    private Object ask(Call call) {
        if (pending.isPresent()) {
            throw pending.get();
        }
        if (next == log.size()) {
            pending = Optional.of(new Pending(call));
            throw pending.get();
        }
        var answered = log.get(next++);
        now = answered.now();
        seconds += answered.seconds();
        handedOut.clear();
        if (answered.value() == Failure.STORE_AWAY) {
            throw new StoreUnavailable("model");
        }
        if (answered.value() == Failure.FUSIONAUTH_AWAY) {
            throw new BrokerException(ProblemType.FUSIONAUTH_UNAVAILABLE, "model");
        }
        return answered.value();
    }

    Work idle(boolean unstored) {
        hasUnstored = unstored;
        holding = unstored ? holding : Optional.empty();
        lease = Optional.empty();
        unanswered = Optional.empty();
        var work = (Work) ask(new Call.Idle());
        hasUnstored = false;
        return work;
    }

    void handOut(HandedOut token) {
        handedOut.add(token);
    }

    /** Whether the access token has not expired. */
    boolean isAlive(Secret accessToken) {
        var text = accessToken.reveal();
        return Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)) == now.expiries();
    }

    @SuppressWarnings("unchecked")
    private static <T> Optional<T> optional(Object answer) {
        return (Optional<T>) answer;
    }

    Optional<Link> find(UUID providerId, String identity) {
        return optional(ask(new Call.Find()));
    }

    void delete(Link link) {
        ask(new Call.DeleteLink(link));
    }

    Optional<Link> signIn() {
        return optional(ask(new Call.Authorize()));
    }

    RefreshOutcome send(Secret token, UUID user) {
        var outcome = (RefreshOutcome) ask(new Call.Send(token, user));
        unanswered = outcome instanceof RefreshOutcome.Unavailable ? Optional.of(token) : Optional.empty();
        if (outcome instanceof Refreshed refreshed) {
            holding = refreshed.refreshToken();
        }
        return outcome;
    }

    void pause(Duration time) {
        ask(new Call.Pause());
    }

    void await(Duration time) {
        ask(new Call.Wait());
    }

    long ticks() {
        return Duration.ofSeconds(seconds).toNanos();
    }

    @Override
    public Look look(SignIn signIn, String target) {
        looked = Optional.empty();
        var look = (Look) ask(new Call.LookAt(signIn, target));
        looked = Optional.of(new Looked(signIn, target, look));
        return look;
    }

    @Override
    public long version(AccountId id) {
        return (long) ask(new Call.Version());
    }

    /** The owner that it names is another each time it is run: the world names one instead. */
    @Override
    public Optional<Held> lease(SignIn signIn, long version, String owner, Duration length, boolean takeOver) {
        Optional<Held> held = optional(ask(new Call.Take(signIn, version, length, takeOver)));
        lease = held.map(Held::owner);
        return held;
    }

    @Override
    public boolean keep(Held held, Secret token, Optional<Target> shared, Instant time) {
        var isKept = (boolean) ask(new Call.Keep(held, token, shared.map(ModelCalls::withoutJitter)));
        lease = Optional.empty();
        holding = isKept ? Optional.empty() : holding;
        return isKept;
    }

    private static Target withoutJitter(Target target) {
        var token = target.token();
        return new Target(
                target.digest(),
                new SharedToken(token.value(), token.scope(), token.issuedAt(), token.expiresAt(), token.expiresAt()));
    }

    @Override
    public boolean holds(AccountId id, Secret token) {
        var holds = (boolean) ask(new Call.Holds(token));
        holding = Optional.empty();
        return holds;
    }

    @Override
    public boolean startOver(SignIn signIn, long seen, boolean authorized) {
        return (boolean) ask(new Call.StartOver(signIn, seen, authorized));
    }

    @Override
    public boolean end(Held held, Optional<Mark> mark) {
        unanswered = Optional.empty();
        lease = Optional.empty();
        return (boolean) ask(new Call.End(held, mark));
    }

    @Override
    public void remove(SignIn signIn) {
        ask(new Call.Remove(signIn));
    }

    @Override
    public Duration answeringFor() {
        return now.isSettled() ? Duration.ofDays(1) : Duration.ZERO;
    }

    @Override
    public Instant instant() {
        return ModelWorld.TIME.plus(Duration.ofDays(1)).plusSeconds(31L * now.rechecks());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
