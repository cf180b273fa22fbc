package io.tokenbroker.account;

import io.tokenbroker.account.ModelActor.Answer.Failed;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.seal.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One who does something with the account, as a plain function that is run again and again: the calls it has made before
 * are answered from its log, and the first new one stops it. So a schedule is a sequence of such steps, without threads.
 *
 * @param name what it calls itself on claims
 */
record ModelActor(String name, Script script) {

    @FunctionalInterface
    interface Script {
        void run(Calls calls);
    }

    /** What an actor asks of the world. */
    sealed interface Call {
        record Find(String identity) implements Call {}

        record All() implements Call {}

        record Create(Link link) implements Call {}

        record Delete(String identity) implements Call {}

        record Refresh(String token) implements Call {}

        record SignIn() implements Call {}

        /** Waits until nobody else can go on, and then for more than a minute. */
        record Wait() implements Call {}

        /** Waits until the first rotation is through. */
        record WaitForRotation() implements Call {}

        /** Says that the account is to be unlinked, or was. */
        record Unlink(boolean done) implements Call {}

        /** Says that the account is wanted after all. */
        record Want() implements Call {}

        /** Unlinks in FusionAuth, past the brokers. */
        record UnlinkElsewhere() implements Call {}
    }

    /** What it got. */
    sealed interface Answer {
        record One(Optional<Link> link) implements Answer {}

        record Many(List<Link> links) implements Answer {}

        record Write(LinkWrite write) implements Answer {}

        record Deletion(LinkDeletion deletion) implements Answer {}

        record Token(Optional<String> next) implements Answer {}

        record Done() implements Answer {}

        /** It may still be done. */
        record Unheard() implements Answer {}

        /** FusionAuth could not be asked. */
        record Failed() implements Answer {}
    }

    /** @param time the world's, when it was answered */
    record Answered(Answer answer, Instant time) {}

    /** The next call of an actor whose calls so far were answered so; nothing if it is through. */
    Optional<Call> next(List<Answered> log) {
        var calls = new Calls(name, log);
        try {
            script.run(calls);
            return Optional.empty();
        } catch (Pending pending) {
            return Optional.of(pending.call);
        } catch (io.tokenbroker.problem.BrokerException gaveUp) {
            return Optional.empty();
        }
    }

    /** Thrown through everything: the call that is not answered yet. */
    static final class Pending extends Error {
        private final transient Call call;

        Pending(Call call) {
            super(null, null, false, false);
            this.call = call;
        }
    }

    /** What a broker replaces tokens with. */
    record Broker(LinkRotation rotation, UnstoredTokens unstored, TokenWrites tokens, AccountWrites accounts) {}

    /** FusionAuth and the tenant as an actor sees them. */
    static final class Calls extends Clock implements LinkRecords {

        private final String name;
        private final List<Answered> log;
        private int next;
        private Instant time = Instant.ofEpochMilli(1_000);
        private Optional<Pending> pending = Optional.empty();

        Calls(String name, List<Answered> log) {
            this.name = name;
            this.log = log;
        }

        /** A broker of its own: it knows nothing but what FusionAuth says. */
        Broker broker() {
            var claims = claims();
            var rotation = rotation(claims);
            var unstored = new UnstoredTokens();
            var remembered = new RememberedLinks(stored(), Duration.ZERO, this);
            return new Broker(
                    rotation,
                    unstored,
                    new TokenWrites(
                            rotation,
                            new RoomlessRotation(this, claims),
                            claims,
                            remembered,
                            unstored,
                            new SeenUsers()),
                    writes(claims, rotation, unstored));
        }

        LinkRotation rotation() {
            return rotation(claims());
        }

        private LinkRotation rotation(Claims claims) {
            return new LinkRotation(this, stored(), claims, new LinkReplacement(this, claims));
        }

        private Claims claims() {
            return new Claims(this, this, name);
        }

        StoredLinks stored() {
            return new StoredLinks(this, new UnstoredTokens(), new SeenUsers());
        }

        AccountWrites writes() {
            return broker().accounts();
        }

        private AccountWrites writes(Claims claims, LinkRotation rotation, UnstoredTokens unstored) {
            return new AccountWrites(rotation, this, stored(), claims, unstored, new Patience(1, Duration.ZERO));
        }

        private Answer ask(Call call) {
            if (pending.isPresent()) {
                throw pending.get();
            }
            if (next == log.size()) {
                pending = Optional.of(new Pending(call));
                throw pending.get();
            }
            var answered = log.get(next++);
            time = answered.time();
            if (answered.answer() instanceof Failed) {
                throw Claims.busy();
            }
            return answered.answer();
        }

        @Override
        public List<Link> ofUser(UUID userId) {
            return ((Answer.Many) ask(new Call.All())).links();
        }

        @Override
        public Optional<Link> find(UUID providerId, String identity) {
            return ((Answer.One) ask(new Call.Find(identity))).link();
        }

        @Override
        public LinkWrite create(Link link) {
            return ((Answer.Write) ask(new Call.Create(link))).write();
        }

        @Override
        public LinkDeletion delete(Link link) {
            return ((Answer.Deletion) ask(new Call.Delete(link.identity()))).deletion();
        }

        /** Empty if the token is spent, or no answer came. */
        Optional<Secret> refresh(Secret token) {
            return ((Answer.Token) ask(new Call.Refresh(token.reveal()))).next().map(Secret::of);
        }

        boolean signIn(AccountWrites.Doubt doubt) {
            if (ask(new Call.SignIn()) instanceof Answer.Unheard) {
                doubt.raise();
            }
            return true;
        }

        void await() {
            ask(new Call.Wait());
        }

        void awaitRotation() {
            ask(new Call.WaitForRotation());
        }

        void unlink(boolean done) {
            ask(new Call.Unlink(done));
        }

        void want() {
            ask(new Call.Want());
        }

        void unlinkElsewhere() {
            ask(new Call.UnlinkElsewhere());
        }

        @Override
        public Instant instant() {
            return time;
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
}
