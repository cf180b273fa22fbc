package io.tokenbroker.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.account.ModelActor.Broker;
import io.tokenbroker.account.ModelActor.Calls;
import io.tokenbroker.account.ModelCheck.Budget;
import io.tokenbroker.account.ModelCheck.Duplicates;
import io.tokenbroker.account.UnstoredTokens.Unstored;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.Secret;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All schedules of brokers without a common lock, of sign-ins and of unlinks, over a FusionAuth in memory: never without
 * a working token, never an unlinked account again, never an older sign-in over a newer one, and in the end one plain
 * link.
 */
class RotationModelTest {

    private static final int PLENTY = 10;

    /** The account's link and its shadow, but none to take a shadow over by. */
    private static final int ONE_SPARE = 2;

    /** The account's link alone. */
    private static final int NO_SPARE = 1;

    private static final Budget CALM = new Budget(0, 0, 0);
    private static final Budget CRASH = new Budget(1, 0, 0);
    private static final Budget LATE = new Budget(0, 0, 1);
    private static final Budget FAULT_AND_LATE = new Budget(0, 1, 1);
    private static final Budget TWO_LATE = new Budget(0, 0, 2);
    private static final Budget TWO_FAULTS_AND_LATE = new Budget(0, 2, 1);
    private static final Budget CRASH_AND_FAULT = new Budget(1, 1, 0);
    private static final Budget CRASH_AND_LATE = new Budget(1, 0, 1);

    /** Held here: a logger that nobody holds forgets its level. */
    private static final Logger WORDS = Logger.getLogger(TokenWrites.class.getName());

    @BeforeAll
    static void sayNothing() {
        WORDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void sayAll() {
        WORDS.setLevel(null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoBrokersAndACrashAndAFaultAtAnyCall(boolean singleUse) {
        explore(singleUse, CRASH_AND_FAULT, mint("A", singleUse), mint("B", singleUse));
        explore(singleUse, LATE, mint("A", singleUse), mint("B", singleUse));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSignInMeanwhile(boolean singleUse) {
        explore(singleUse, CRASH_AND_FAULT, mint("A", singleUse), signIn("R"));
        explore(singleUse, LATE, mint("A", singleUse), signIn("R"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnlinkMeanwhile(boolean singleUse) {
        explore(singleUse, CRASH_AND_FAULT, mint("A", singleUse), unlink("U"));
        explore(singleUse, LATE, mint("A", singleUse), unlink("U"));
        explore(singleUse, CRASH_AND_FAULT, signIn("R"), unlink("U"));
        explore(singleUse, LATE, signIn("R"), unlink("U"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoBrokersASignInAndAnUnlinkAndACrashAtAnyCall(boolean singleUse) {
        explore(singleUse, CRASH, mint("A", singleUse), mint("B", singleUse), signIn("R"), unlink("U"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void threeAtOnceAndACrashAndAFaultOrALateWrite(boolean singleUse) {
        for (var budget : List.of(CRASH_AND_FAULT, LATE)) {
            explore(singleUse, budget, mint("A", singleUse), mint("B", singleUse), signIn("R"));
            explore(singleUse, budget, mint("A", singleUse), mint("B", singleUse), unlink("U"));
            explore(singleUse, budget, mint("A", singleUse), signIn("R"), unlink("U"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashDuringTheRepairOfACrash(boolean singleUse) {
        explore(
                singleUse,
                new Budget(2, 0, 0),
                mint("A", singleUse),
                later(mint("B", singleUse)),
                later(mint("C", singleUse)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLateWriteDuringTheRepairOfACrash(boolean singleUse) {
        explore(singleUse, CRASH_AND_LATE, mint("A", singleUse), later(mint("B", singleUse)));
        explore(singleUse, CRASH_AND_LATE, mint("A", singleUse), later(mintTwice("B", singleUse)));
        explore(singleUse, CRASH_AND_LATE, mint("A", singleUse), later(mint("B", singleUse)), later(signIn("R")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLateWriteWhileFusionAuthCannotBeAsked(boolean singleUse) {
        for (var budget : List.of(FAULT_AND_LATE, TWO_LATE, TWO_FAULTS_AND_LATE)) {
            explore(singleUse, budget, mintTwice("A", singleUse));
            explore(singleUse, budget, mintThrice("A", singleUse));
            explore(singleUse, budget, mint("A", singleUse), signIn("R"));
            explore(singleUse, budget, mint("A", singleUse), unlink("U"));
            explore(singleUse, budget, unlinkOrSignInAgain("U"));
        }
        explore(singleUse, FAULT_AND_LATE, Duplicates.REFUSED, ONE_SPARE, mintThrice("A", singleUse));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnlinkAfterARotationOfWhichNothingWasHeard(boolean singleUse) {
        for (var budget : List.of(LATE, CRASH_AND_LATE, FAULT_AND_LATE, TWO_LATE)) {
            explore(singleUse, budget, mintThenUnlink("A", singleUse));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnlinkThatFailsAndASignInAgain(boolean singleUse) {
        for (var budget : List.of(CRASH_AND_FAULT, LATE)) {
            explore(singleUse, budget, unlinkOrSignInAgain("U"));
            explore(singleUse, budget, unlinkOrSignInAgain("U"), mint("A", singleUse));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnlinkInFusionAuthDuringARotation(boolean singleUse) {
        for (var budget : List.of(CALM, CRASH_AND_FAULT, LATE)) {
            explore(singleUse, budget, mintTwice("A", singleUse), unlinkElsewhere("U"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Duplicates.class,
            names = {"REFUSED", "UNCHANGED"})
    void noRoomToTakeOver(Duplicates duplicates) {
        for (var singleUse : List.of(false, true)) {
            explore(singleUse, CRASH, duplicates, ONE_SPARE, mint("A", singleUse), later(mint("B", singleUse)));
            explore(singleUse, CRASH_AND_FAULT, duplicates, ONE_SPARE, mint("A", singleUse));
            explore(
                    singleUse,
                    CRASH_AND_LATE,
                    duplicates,
                    ONE_SPARE,
                    mint("A", singleUse),
                    later(mintThrice("B", singleUse)));
        }
    }

    @Test
    void noRoomForAShadow() {
        for (var budget : List.of(LATE, new Budget(0, 1, 0), FAULT_AND_LATE, TWO_LATE, TWO_FAULTS_AND_LATE)) {
            explore(true, budget, Duplicates.REFUSED, NO_SPARE, mintTwice("A", true));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatReplacesWhatIsPosted(boolean singleUse) {
        explore(singleUse, new Budget(1, 2, 0), Duplicates.OVERWRITTEN, PLENTY, mintTwice("A", singleUse));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCheckFindsALinkThatIsDeletedBeforeItsShadowIsThere(boolean singleUse) {
        var naive = new ModelActor(
                "naive",
                calls -> refreshed(calls, calls.rotation(), (link, next) -> {
                    calls.delete(link);
                    calls.create(link.withToken(next));
                }));

        assertThatThrownBy(() -> explore(singleUse, CRASH, naive)).isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCheckFindsARotationThatDoesNotLookAgain(boolean singleUse) {
        var hasty = new ModelActor(
                "hasty",
                calls -> refreshed(calls, calls.rotation(), (link, next) -> {
                    var shadow = Shadow.holding(link, next, "hasty").link();
                    if (calls.create(shadow) instanceof LinkWrite.Written) {
                        calls.delete(link);
                        calls.create(link.withToken(next));
                        calls.delete(shadow);
                    }
                }));

        assertThatThrownBy(() -> explore(singleUse, CALM, hasty, signIn("R")))
                .hasMessageContaining("an older sign-in stands over a newer one");
        assertThatThrownBy(() -> explore(singleUse, CALM, hasty, unlink("U")))
                .hasMessageContaining("an unlinked account is back");
    }

    private static void explore(boolean singleUse, Budget budget, ModelActor... actors) {
        explore(singleUse, budget, Duplicates.REFUSED, PLENTY, actors);
    }

    private static void explore(
            boolean singleUse, Budget budget, Duplicates duplicates, int room, ModelActor... actors) {
        var states = new ModelCheck(List.of(actors), duplicates, room).explore(ModelWorld.linked(singleUse), budget);
        System.out.printf(
                "%s, %s, %s, %s: %,d states%n",
                List.of(actors).stream().map(ModelActor::name).toList(),
                singleUse ? "single-use" : "reusable",
                budget,
                duplicates,
                states);
        assertThat(states).isGreaterThan(10);
    }

    private static ModelActor mint(String name, boolean singleUse) {
        return new ModelActor(name, calls -> mint(calls, calls.broker(), singleUse));
    }

    private static ModelActor mintTwice(String name, boolean singleUse) {
        return mints(name, singleUse, 2);
    }

    private static ModelActor mintThrice(String name, boolean singleUse) {
        return mints(name, singleUse, 3);
    }

    /** Whoever cannot mint tries again. */
    private static ModelActor mints(String name, boolean singleUse, int times) {
        return new ModelActor(name, calls -> {
            var broker = calls.broker();
            for (var time = 0; time < times; time++) {
                try {
                    mint(calls, broker, singleUse);
                } catch (BrokerException unavailable) {
                    // The next time.
                }
            }
        });
    }

    /** Begins when everybody else has stopped, and more than a minute after that. */
    private static ModelActor later(ModelActor actor) {
        return new ModelActor(actor.name(), calls -> {
            calls.await();
            actor.script().run(calls);
        });
    }

    private static void mint(Calls calls, Broker broker, boolean singleUse) {
        refreshed(calls, broker.rotation(), (link, next) -> {
            if (singleUse) {
                store(calls, broker, link, next);
            } else {
                broker.rotation().keep(link, next);
            }
        });
    }

    private static void refreshed(Calls calls, LinkRotation rotation, Keep keep) {
        rotation.settle(ModelWorld.USER, ModelWorld.ACCOUNT)
                .flatMap(StoredLinks.Stored::link)
                .ifPresent(link -> calls.refresh(link.token().orElseThrow()).ifPresent(next -> keep.keep(link, next)));
    }

    /** A token that is the only one is tried to be stored again as long as the broker lives. */
    private static void store(Calls calls, Broker broker, Link link, Secret next) {
        var rest = Optional.of(Unstored.of(link, next));
        for (var attempt = 0; attempt < 6 && rest.isPresent(); attempt++) {
            try {
                if (attempt == 0 || isSettled(broker)) {
                    broker.tokens().store(rest.get());
                } else {
                    calls.await();
                }
            } catch (BrokerException later) {
                calls.await();
            }
            rest = broker.unstored().find(ModelWorld.ACCOUNT);
        }
        assertThat(rest).isEmpty();
    }

    private static boolean isSettled(Broker broker) {
        return broker.rotation().settle(ModelWorld.USER, ModelWorld.ACCOUNT).isPresent();
    }

    private static ModelActor signIn(String name) {
        return new ModelActor(name, calls -> signIn(calls, calls.writes()));
    }

    private static void signIn(Calls calls, AccountWrites writes) {
        writes.duringSignIn(ModelWorld.USER, ModelWorld.PROVIDER, Optional.of(ModelWorld.ACCOUNT), calls::signIn);
    }

    private static ModelActor unlinkOrSignInAgain(String name) {
        return new ModelActor(
                name,
                calls -> calls.stored().find(ModelWorld.ACCOUNT).ifPresent(link -> {
                    var writes = calls.writes();
                    calls.unlink(false);
                    try {
                        writes.erase(link);
                        calls.unlink(true);
                    } catch (BrokerException failed) {
                        signIn(calls, writes);
                        calls.want();
                    }
                }));
    }

    /** Whoever cannot unlink tries again. */
    private static ModelActor mintThenUnlink(String name, boolean singleUse) {
        return new ModelActor(name, calls -> {
            var broker = calls.broker();
            try {
                mint(calls, broker, singleUse);
            } catch (BrokerException unavailable) {
                // The person does not wait for that.
            }
            for (var attempt = 0; attempt < 2; attempt++) {
                var link = calls.stored().find(ModelWorld.ACCOUNT);
                if (link.isPresent()) {
                    calls.unlink(false);
                    try {
                        broker.accounts().erase(link.get());
                        calls.unlink(true);
                        return;
                    } catch (BrokerException failed) {
                        calls.await();
                    }
                }
            }
        });
    }

    private static ModelActor unlinkElsewhere(String name) {
        return new ModelActor(name, calls -> {
            calls.awaitRotation();
            calls.unlinkElsewhere();
        });
    }

    private static ModelActor unlink(String name) {
        return new ModelActor(
                name,
                calls -> calls.stored().find(ModelWorld.ACCOUNT).ifPresent(link -> {
                    calls.unlink(false);
                    calls.writes().erase(link);
                    calls.unlink(true);
                }));
    }

    @FunctionalInterface
    private interface Keep {
        void keep(Link link, Secret next);
    }
}
