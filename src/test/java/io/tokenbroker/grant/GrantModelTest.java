package io.tokenbroker.grant;

import static io.tokenbroker.grant.ModelCalls.Work.COMPLETE;
import static io.tokenbroker.grant.ModelCalls.Work.MINT;
import static io.tokenbroker.grant.ModelCalls.Work.UNLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.ModelSetup.Event;
import io.tokenbroker.grant.ModelSetup.Fault;
import io.tokenbroker.grant.ModelWorld.Kind;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All schedules of brokers over one account: no user gets another's token or an old one, a refresh token that works is
 * always known, none that works once is sent twice, no account is marked that works, and in the end each broker mints. The
 * brokers are production's; FusionAuth, the provider and the store are twins in memory.
 */
class GrantModelTest {

    /** All but a link that is moved: an unlink at that very moment is the loss that {@link StoreCounterexamplesTest} names. */
    private static final Event[] NO_MOVE = {Event.SIGN_IN, Event.CLEAR, Event.UNLINK, Event.RELINK_X, Event.RELINK_Y};

    /** Held here: a logger without a reference forgets its level. */
    private static final Logger WORDS = Logger.getLogger("io.tokenbroker");

    @BeforeAll
    static void sayNothing() {
        WORDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void sayAll() {
        WORDS.setLevel(null);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoBrokersOfWhichTheStoreKnowsNothing(Kind kind) {
        var two = ModelSetup.of(kind).broker(MINT).broker(MINT);
        explore(two.fine());
        explore(two.events(1, Event.values()));
        explore(two.faults(1, Fault.CRASH, Fault.LEASE_ANSWER_LOST, Fault.OTHER_ANSWER_LOST, Fault.FALSE_404));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoBrokersAndAnyFault(Kind kind) {
        explore(two(kind).anyFault(1));
        if (kind == Kind.STRICT) {
            explore(two(kind).anyFault(1).time(1, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoBrokersAndTwoChangesOutside(Kind kind) {
        explore(two(kind).events(2, Event.values()));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoBrokersAndAChangeOutsideThatIsOld(Kind kind) {
        // All of them, with a grace window, are among the deeper ones.
        var events = kind == Kind.GRACE ? new Event[] {Event.SIGN_IN} : Event.values();
        explore(two(kind).events(1, events).time(1, 0));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aChangeOutsideAndAFault(Kind kind) {
        var events = kind == Kind.GRACE ? new Event[] {Event.SIGN_IN} : Event.values();
        explore(two(kind)
                .faults(1, Fault.CRASH, Fault.KEEP_ANSWER_LOST, Fault.LEASE_ANSWER_LATE, Fault.HOLDER_PAUSED)
                .events(1, events));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aBrokerThatMintsAgainWhenTokensHaveExpired(Kind kind) {
        var again = ModelSetup.of(kind).stored().broker(MINT, MINT).broker(MINT).time(0, 1);
        explore(again.events(1, kind == Kind.STRICT ? Event.MOVE : Event.SIGN_IN));
        explore(again.faults(1, Fault.KEEP_ANSWER_LOST, Fault.LEASE_ANSWER_LOST));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aSignInThroughABroker(Kind kind) {
        explore(ModelSetup.of(kind).broker(MINT).broker(COMPLETE).anyFault(1));
        explore(two(kind).broker(COMPLETE));
        explore(ModelSetup.of(kind).stored().broker(MINT).broker(COMPLETE).events(2, Event.values()));
        explore(ModelSetup.of(kind).stored().broker(MINT).broker(COMPLETE).broker(COMPLETE));
        explore(ModelSetup.of(kind).stored().broker(MINT, COMPLETE, MINT).broker(MINT));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anUnlinkThroughABroker(Kind kind) {
        var unlink = ModelSetup.of(kind).stored().broker(MINT).broker(UNLINK);
        explore(unlink.anyFault(1).events(1, NO_MOVE));
        explore(unlink.events(2, NO_MOVE).time(1, 0));
        explore(two(kind).broker(UNLINK).events(1, NO_MOVE));
        explore(ModelSetup.of(kind).stored().broker(COMPLETE).broker(UNLINK).anyFault(1));
        explore(ModelSetup.of(kind)
                .stored()
                .broker(MINT, UNLINK, COMPLETE, MINT)
                .broker(MINT));
    }

    /** Takes minutes: {@code mvn test -Dtest=GrantModelTest -Dmodel.deep=true}. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    @EnabledIfSystemProperty(named = "model.deep", matches = "true")
    void deeper(Kind kind) {
        explore(ModelSetup.of(kind).broker(MINT).broker(MINT).anyFault(1));
        explore(two(kind).anyFault(1).events(1, Event.values()));
        explore(two(kind).anyFault(1).time(1, 0));
        explore(two(kind).events(1, Event.values()).time(1, 0));
        explore(two(kind).events(2, Event.values()).time(1, 0));
        explore(ModelSetup.of(kind)
                .stored()
                .broker(MINT, MINT)
                .broker(MINT)
                .anyFault(1)
                .time(0, 1));
        explore(ModelSetup.of(kind)
                .stored()
                .broker(MINT)
                .broker(COMPLETE)
                .anyFault(1)
                .events(1, Event.values()));
        explore(ModelSetup.of(kind)
                .stored()
                .broker(MINT, COMPLETE, MINT)
                .broker(MINT)
                .time(1, 1));
    }

    private static Stream<Function<ModelWorld, InMemoryGrantStore>> brokenStores() {
        return Stream.of(
                BrokenStores.KeepsWithoutLease::new,
                BrokenStores.LeasesAnyVersion::new,
                BrokenStores.LeasesTwice::new,
                BrokenStores.StartsOverAnyVersion::new,
                BrokenStores.GoesOnUnderLease::new,
                BrokenStores.GoesOnAtOnce::new,
                BrokenStores.RemovesAnyLink::new,
                BrokenStores.CountsForEverybody::new,
                BrokenStores.CountsByRootAlone::new,
                BrokenStores.MarksWithoutLease::new);
    }

    /** A model that finds nothing in these would prove nothing. */
    @ParameterizedTest
    @MethodSource("brokenStores")
    void theModelFindsAStoreThatLacksACondition(Function<ModelWorld, InMemoryGrantStore> store) {
        var strict = ModelSetup.of(Kind.STRICT).store(store);
        var found = Stream.of(
                        strict.broker(MINT).broker(MINT).events(1, NO_MOVE),
                        strict.stored().broker(MINT).broker(MINT).events(1, Event.MOVE),
                        strict.stored().broker(MINT).broker(UNLINK).events(2, NO_MOVE),
                        strict.stored().broker(MINT).broker(COMPLETE).faults(1, Fault.ANSWER_LOST),
                        strict.stored()
                                .broker(MINT)
                                .broker(MINT)
                                .faults(1, Fault.STORE_DOWN)
                                .events(1, Event.MOVE))
                .flatMap(setup -> new ModelCheck(setup).explore().stream())
                .findFirst();

        assertThat(found).isPresent();
        assertThat(found.get().rule()).matches("I[1-6]: .*");
        assertThat(found.get().schedule()).hasSizeBetween(5, 25);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"STRICT", "GRACE"})
    void theModelFindsABrokerThatTakesOverTooSoon(Kind kind) {
        var found = new ModelCheck(two(kind).hasty().faults(1, Fault.STORE_DOWN)).explore();

        assertThat(found.map(ModelCheck.Violation::rule))
                .hasValueSatisfying(rule -> assertThat(rule).startsWith("I2"));
    }

    private static ModelSetup two(Kind kind) {
        return ModelSetup.of(kind).stored().broker(MINT).broker(MINT);
    }

    private static void explore(ModelSetup setup) {
        var check = new ModelCheck(setup);
        var began = System.nanoTime();
        var violation = check.explore();
        System.out.printf("%,9d states, %,6d ms: %s%n", check.states(), (System.nanoTime() - began) / 1_000_000, setup);
        assertThat(violation.map(Object::toString).stream().toList()).isEqualTo(List.of());
        assertThat(check.states()).isGreaterThan(100);
    }
}
