package io.tokenbroker.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.activity.HitCounters.HitKey;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.link.AccountId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HitCountersTest {

    private static final UUID PROVIDER = UUID.randomUUID();

    private final HitCounters counters = new HitCounters();

    @Test
    void eachHitIsTakenOnce() {
        counter(1).increment();
        counter(1).increment();
        counter(2).increment();

        assertThat(taken()).containsOnly(Map.entry(use(1), 2L), Map.entry(use(2), 1L));
        assertThat(taken()).isEmpty();
    }

    @Test
    void aHitIsTakenThatIsCountedWhileItsCounterIsTakenOut() {
        var held = counter(1);
        assertThat(taken()).isEmpty();

        held.increment();
        counter(1).increment();

        assertThat(counter(1)).isNotSameAs(held);
        assertThat(taken()).containsOnly(Map.entry(use(1), 2L));
    }

    @Test
    void ofOneAccountNoOtherIsTaken() {
        counter(1).increment();
        counter(2).increment();
        var ofOne = new HashMap<Use, Long>();

        counters.takeOf(use(1).account(), (use, count) -> ofOne.merge(use, count, Long::sum));

        assertThat(ofOne).containsOnly(Map.entry(use(1), 1L));
        assertThat(taken()).containsOnly(Map.entry(use(2), 1L));
    }

    @Test
    void beyondTheMostAHitHasNoCounterUntilOthersRest() {
        IntStream.range(0, HitCounters.MOST).forEach(this::counter);

        assertThat(found(HitCounters.MOST)).isEmpty();
        assertThat(found(0)).isPresent();

        taken();
        assertThat(found(HitCounters.MOST)).isPresent();
    }

    private Map<Use, Long> taken() {
        var taken = new HashMap<Use, Long>();
        counters.take((use, count) -> taken.merge(use, count, Long::sum));
        return taken;
    }

    private LongAdder counter(int account) {
        return found(account).orElseThrow();
    }

    private Optional<LongAdder> found(int account) {
        return counters.counter(new HitKey(account, "demo", "r", Door.REST), () -> use(account));
    }

    private static Use use(int account) {
        return new Use(
                "demo", new AccountId(PROVIDER, "identity-" + account), Optional.empty(), "r", Door.REST, "cache");
    }
}
