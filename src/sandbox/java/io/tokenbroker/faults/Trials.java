package io.tokenbroker.faults;

import io.tokenbroker.faults.Caller.Answer;
import io.tokenbroker.faults.Row.Verdict;
import io.tokenbroker.faults.Trial.Ending;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Puts accounts through one fault after another. A few accounts of each kind mint while the fault is in force; when it
 * is over each of them must mint or rightly refuse, within the trial's patience or else by the end. Accounts that a
 * person must help get that help, and come round again.
 */
final class Trials {

    private static final Duration PAUSE = Duration.ofMillis(250);

    /** What a killed broker leaves is taken over after a minute. */
    private static final Duration LONGEST_CLAIM = Duration.ofSeconds(65);

    private final World world;
    private final Caller broker;
    private final Consumer<Row> printed;
    private final int share;
    private final Map<Kind, Deque<Account>> pools = new EnumMap<>(Kind.class);
    private final Collection<Unsettled> unsettled = new ConcurrentLinkedQueue<>();
    private final List<Row> rows = new ArrayList<>();

    /** @param share how many accounts of each kind a trial takes */
    Trials(World world, Caller broker, Random random, int share, Consumer<Row> printed) {
        this.world = world;
        this.broker = broker;
        this.printed = printed;
        this.share = share;
        for (var kind : Kind.values()) {
            var accounts = new ArrayList<>(world.accounts(kind));
            Collections.shuffle(accounts, random);
            pools.put(kind, new ArrayDeque<>(accounts));
        }
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    /** An account, for a look at how it mints. */
    Account any(Kind kind) {
        return pool(kind).getFirst();
    }

    /** A few accounts of each kind mint once during the fault. */
    void run(Trial trial) {
        run(trial, share, (row, account) -> row.during(broker.mintAnew(account).code()));
    }

    /**
     * Up to so many accounts of each kind suffer the fault.
     *
     * @param load what is asked of the broker meanwhile, for each account at the same time
     */
    void run(Trial trial, int number, BiConsumer<Row, Account> load) {
        var mine = new EnumMap<Kind, Row>(Kind.class);
        var victims = new ArrayList<Account>();
        trial.kinds().stream().sorted().forEach(kind -> {
            mine.put(kind, new Row(trial.name().apply(kind), kind));
            victims.addAll(take(kind, number));
        });
        world.age(victims);
        world.disrupt(trial.disruption());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var minting = victims.stream()
                    .map(account -> CompletableFuture.runAsync(() -> load.accept(row(mine, account), account), threads))
                    .toList();
            trial.meanwhile().run();
            minting.forEach(CompletableFuture::join);
        }
        world.disrupt(Disruption.NONE);
        trial.heal().run();
        judge(trial, victims, mine);
        mine.values().forEach(printed);
        rows.addAll(mine.values());
    }

    /** Gives those that were set aside their last chance; who does not mint then is lost. */
    void settle(Duration patience) {
        var left = List.copyOf(unsettled);
        unsettled.clear();
        var deadline = System.nanoTime() + patience.toNanos();
        forEach(left, one -> {
            var verdict = await(one, deadline);
            one.row().judge(one.account(), verdict.orElseGet(() -> new Verdict.Lost(complaint(one))));
            release(
                    one.account(),
                    verdict.filter(Verdict.Mints.class::isInstance).isPresent());
        });
    }

    private void judge(Trial trial, List<Account> victims, Map<Kind, Row> mine) {
        var deadline = System.nanoTime() + trial.patience().toNanos();
        var cases = victims.stream()
                .map(account -> new Unsettled(
                        row(mine, account), account, trial.ending().apply(account), trial.tokenMayBeLost()))
                .toList();
        forEach(cases, one -> {
            var verdict = await(one, deadline);
            one.row().judge(one.account(), verdict.orElseGet(() -> new Verdict.Lost(complaint(one))));
            if (verdict.isEmpty()) {
                unsettled.add(one);
            } else {
                release(one.account(), verdict.get() instanceof Verdict.Mints);
            }
        });
    }

    private static Row row(Map<Kind, Row> rows, Account account) {
        return Optional.ofNullable(rows.get(account.kind())).orElseThrow();
    }

    private Optional<Verdict> await(Unsettled one, long deadline) {
        var verdict = judge(one);
        while (verdict.isEmpty() && System.nanoTime() < deadline) {
            one.row().isLate(one.account());
            Waiting.pass(PAUSE);
            verdict = judge(one);
        }
        return verdict;
    }

    private Optional<Verdict> judge(Unsettled one) {
        var account = one.account();
        var answer = broker.mintAnew(account);
        return switch (one.ending()) {
            case MINTS -> minted(answer).or(() -> rightlyAsksForAPerson(one, answer));
            case MINTS_BY_THE_LATEST_SIGN_IN -> minted(answer).filter(minted -> world.holdsLatestSignIn(account));
            case STAYS_UNLINKED ->
                answer.code().equals("account_not_found")
                                && world.records(account).isEmpty()
                        ? Optional.of(new Verdict.RefusesRightly())
                        : Optional.empty();
        };
    }

    private static Optional<Verdict> minted(Answer answer) {
        return answer.isMinted() ? Optional.of(new Verdict.Mints()) : Optional.empty();
    }

    private Optional<Verdict> rightlyAsksForAPerson(Unsettled one, Answer answer) {
        var says = "reauthorization_required";
        return one.tokenMayBeLost()
                        && answer.code().equals(says)
                        && world.isBeyondHelp(one.account())
                        && broker.status(one.account()).equals(says)
                ? Optional.of(new Verdict.RefusesRightly())
                : Optional.empty();
    }

    /** What an account does instead of what it should. */
    private String complaint(Unsettled one) {
        var account = one.account();
        var answer = broker.mintAnew(account);
        return switch (one.ending()) {
            case MINTS ->
                "%s, status %s, %s"
                        .formatted(
                                answer.code(),
                                broker.status(account),
                                world.isBeyondHelp(account) ? "no good token left" : "a good token was stored");
            case MINTS_BY_THE_LATEST_SIGN_IN -> answer.isMinted() ? "minted by an older sign-in" : answer.code();
            case STAYS_UNLINKED -> answer.isMinted() ? "is back" : answer.code() + ", but FusionAuth has a record";
        };
    }

    private Deque<Account> pool(Kind kind) {
        return Optional.ofNullable(pools.get(kind)).orElseThrow();
    }

    /** Accounts that no earlier fault still occupies: what a fault left must not be taken for the next one's doing. */
    private List<Account> take(Kind kind, int number) {
        var pool = pool(kind);
        if (pool.stream().filter(this::isAtRest).count() < share) {
            settle(LONGEST_CLAIM);
        }
        var taken = pool.stream().filter(this::isAtRest).limit(number).toList();
        if (taken.isEmpty()) {
            throw new IllegalStateException(
                    "Not one of %d %s accounts is free of what an earlier fault left".formatted(pool.size(), kind));
        }
        pool.removeAll(taken);
        return taken;
    }

    private boolean isAtRest(Account account) {
        return world.records(account).size() <= 1;
    }

    /** Back to the others; if it does not mint, its person signs in again first. */
    private void release(Account account, boolean mints) {
        if (!mints) {
            world.authorizeAgainElsewhere(account);
        }
        var pool = pool(account.kind());
        synchronized (pool) {
            pool.addLast(account);
        }
    }

    private static <T> void forEach(List<T> all, Consumer<T> work) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            all.stream()
                    .map(one -> CompletableFuture.runAsync(() -> work.accept(one), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }

    /** An account of which it is not known yet what became of it. */
    private record Unsettled(Row row, Account account, Ending ending, boolean tokenMayBeLost) {}
}
