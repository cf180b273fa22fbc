package io.tokenbroker.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Whether a provider that hangs slows another one's mints. Brokers with the settings of production; all accounts of one
 * provider wait for it at once, again and again, while the other's mints are measured, before, meanwhile and after.
 */
final class Bystander {

    private static final int CALLERS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int LONGEST_WARM_UP = 5;

    /** Between two mints of one caller: the figures are of a broker at work, not of one at its limit. */
    private static final Duration THINKING = Duration.ofMillis(5);

    /** Of those who wait for the provider that hangs: its refusals are to be measured, not how fast they can be had. */
    static final Duration BREATH = Duration.ofSeconds(2);

    private final World world;
    private final Store store;
    private final Brokers brokers;
    private final Scale scale;
    private final Random random;
    private final AtomicInteger refused = new AtomicInteger();

    Bystander(World world, Store store, Brokers brokers, Scale scale, Random random) {
        this.world = world;
        this.store = store;
        this.brokers = brokers;
        this.scale = scale;
        this.random = random;
    }

    /** @param refused mints of the provider that works */
    record Outcome(List<Row> rows, List<Latency> latencies, int refused) {

        Outcome {
            rows = List.copyOf(rows);
            latencies = List.copyOf(latencies);
        }
    }

    /**
     * The p99 of mints at the provider that works, beside one that hangs, and alone before and after: how far those two are
     * apart says what a difference means.
     */
    record Latency(String what, double beforeMillis, double besideMillis, double afterMillis) {

        double ratio() {
            return besideMillis / ((beforeMillis + afterMillis) / 2);
        }

        /** Who waits for a provider that hangs waits seconds; a busy machine does not make twice of milliseconds. */
        boolean isWithinNoise() {
            return besideMillis <= 2 * Math.max(beforeMillis, afterMillis);
        }
    }

    Outcome measure(Consumer<Row> printed) {
        var caller = brokers.all();
        var trials = new Trials(world, store, caller, random, scale.accounts() / 2, printed);
        warmUp(caller);
        refused.set(0);
        var before = sample(caller, scale.hanging().dividedBy(3));
        var beside = new ArrayList<Samples>();
        hang(caller, trials, beside);
        var after = sample(caller, scale.hanging().dividedBy(3));
        var hung = beside.getFirst();
        return new Outcome(
                trials.rows(),
                List.of(
                        new Latency("cached", p99(before.cached()), p99(hung.cached()), p99(after.cached())),
                        new Latency("uncached", p99(before.uncached()), p99(hung.uncached()), p99(after.uncached()))),
                refused.get());
    }

    /** Until it becomes no faster: a cold broker before would excuse a slow one beside. */
    private void warmUp(BrokerClient caller) {
        var last = Double.MAX_VALUE;
        for (var time = 0; time < LONGEST_WARM_UP; time++) {
            var now = p99(sample(caller, WARM_UP).uncached());
            if (now > 0.8 * last) {
                return;
            }
            last = now;
        }
    }

    private void hang(BrokerClient caller, Trials trials, List<Samples> beside) {
        var over = new AtomicBoolean();
        trials.run(Trial.of(
                        "provider hangs for %d s while another's mints are measured"
                                .formatted(scale.hanging().toSeconds()),
                        Mishap.HANG.befalling(call -> call.kind() == Kind.SINGLE_USE, false))
                .onlyFor(Set.of(Kind.SINGLE_USE))
                .meanwhile(() -> {
                    beside.add(sample(caller, scale.hanging()));
                    over.set(true);
                    world.disrupt(Disruption.NONE);
                })
                .asking((row, account) -> {
                    while (!over.get()) {
                        row.during(caller.mintAnew(account).code());
                        Waiting.pass(BREATH);
                    }
                })
                .within(Duration.ofSeconds(40)));
        trials.settle(scale.late());
    }

    private Samples sample(BrokerClient caller, Duration time) {
        var end = System.nanoTime() + time.toNanos();
        Queue<Long> cached = new ConcurrentLinkedQueue<>();
        Queue<Long> uncached = new ConcurrentLinkedQueue<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var callers = new ArrayList<CompletableFuture<Void>>();
            for (var i = 0; i < CALLERS; i++) {
                var seed = random.nextLong();
                callers.add(CompletableFuture.runAsync(() -> mint(caller, Map.of(), end, seed, cached), threads));
                callers.add(CompletableFuture.runAsync(
                        () -> mint(caller, Map.of("force_refresh", true), end, seed, uncached), threads));
            }
            callers.forEach(CompletableFuture::join);
        }
        return new Samples(List.copyOf(cached), List.copyOf(uncached));
    }

    private void mint(BrokerClient caller, Map<String, ?> body, long end, long seed, Queue<Long> nanos) {
        var accounts = world.accounts(Kind.REUSABLE);
        var choice = new Random(seed);
        for (var begun = System.nanoTime(); begun < end; begun = System.nanoTime()) {
            if (!caller.mint(accounts.get(choice.nextInt(accounts.size())), body)
                    .isMinted()) {
                refused.incrementAndGet();
            }
            nanos.add(System.nanoTime() - begun);
            Waiting.pass(THINKING);
        }
    }

    private static double p99(List<Long> nanos) {
        var sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) (sorted.size() * 0.99)) / 1e6;
    }

    private record Samples(List<Long> cached, List<Long> uncached) {}
}
