package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.ModelCalls.Work;
import io.tokenbroker.grant.ModelSetup.Event;
import io.tokenbroker.grant.ModelWorld.Kind;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrantModelTest {

    /** Held here: a logger that nobody holds forgets its level. */
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
    void twoBrokersAndAnyFault(Kind kind) {
        explore(ModelSetup.of(kind)
                .broker(Work.MINT)
                .broker(Work.MINT)
                .anyFault(1)
                .time(1, 0));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoBrokersAndAnyEvent(Kind kind) {
        explore(ModelSetup.of(kind)
                .broker(Work.MINT)
                .broker(Work.MINT)
                .events(2, Event.values())
                .time(1, 0));
    }

    private static void explore(ModelSetup setup) {
        var check = new ModelCheck(setup);
        var began = System.nanoTime();
        var violation = check.explore();
        System.out.printf("%,9d states, %,6d ms: %s%n", check.states(), (System.nanoTime() - began) / 1_000_000, setup);
        assertThat(violation.map(Object::toString)).isEmpty();
        assertThat(check.states()).isGreaterThan(100);
    }
}
