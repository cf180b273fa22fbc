package io.tokenbroker.faults;

import io.tokenbroker.faults.BrokerClient.Answer;
import io.tokenbroker.faults.Row.Verdict;
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
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Puts accounts through one fault after another. A few accounts of each kind mint while the fault is in force; when it
 * is over each of them must mint or rightly refuse, in the trial's time or else by the end. Accounts that a person must
 * help get that help, and come round again.
 */
final class Trials {

    /** An account that needs more is late; a broker that has just started needs some of it to get warm. */
    private static final Duration AN_INSTANT = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(250);

    /** Beyond its time, before an account is set aside for the end. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final World world;
    private final Store store;
    private final BrokerClient broker;
    private final Consumer<Row> printed;
    private final int share;
    private final Map<Kind, Deque<Account>> pools = new EnumMap<>(Kind.class);
    private final Collection<Case> unsettled = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> background = new ConcurrentLinkedQueue<>();
    private final List<Row> rows = new ArrayList<>();

    /** @param share how many accounts of each kind a trial takes */
    Trials(World world, Store store, BrokerClient broker, Random random, int share, Consumer<Row> printed) {
        this.world = world;
        this.store = store;
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

    void run(Trial trial) {
        run(List.of(trial), trial.meanwhile(), trial.heal());
    }

    /**
     * Several faults at the same time, each with accounts of its own.
     *
     * @param meanwhile instead of theirs
     * @param heal instead of theirs
     */
    void run(List<Trial> together, Runnable meanwhile, Runnable heal) {
        harm(together, meanwhile, heal).run();
    }

    /** The same, but what becomes of the accounts is waited for while other faults, at other accounts, go on. */
    void runInBackground(List<Trial> together, Runnable meanwhile, Runnable heal) {
        background.add(Thread.ofVirtual().start(harm(together, meanwhile, heal)));
    }

    /** Returns when nothing goes on in the background any more. */
    void awaitBackground() {
        for (var waiting = background.poll(); waiting != null; waiting = background.poll()) {
            Waiting.forEnd(waiting);
        }
    }

    /** Returns what is left to do: to wait for what becomes of the accounts. */
    private Runnable harm(List<Trial> together, Runnable meanwhile, Runnable heal) {
        var cases = new ArrayList<Case>();
        var news = new ArrayList<Row>();
        var begun = System.nanoTime();
        for (var trial : together) {
            trial.kinds().stream().sorted().forEach(kind -> {
                var row = trial.row(kind);
                news.add(row);
                take(kind, trial.number(share)).forEach(account -> cases.add(new Case(trial, row, account, begun)));
            });
        }
        Waiting.together(cases, one -> one.trial().preparation().accept(one.account()));
        var harms = together.stream().map(trial -> trial.harm().get()).toList();
        var perAccount = new PerAccount(cases);
        world.disrupt(perAccount);
        var onRows = perAccount.onRows();
        if (!onRows.equals(StoreProxy.Rule.NONE)) {
            store.suffer(onRows);
        }
        var end = new long[1];
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var minting = cases.stream()
                    .map(one -> CompletableFuture.runAsync(() -> load(one), threads))
                    .toList();
            try {
                meanwhile.run();
            } catch (RuntimeException e) {
                threads.shutdownNow();
                throw e;
            }
            end[0] = System.nanoTime();
            minting.forEach(CompletableFuture::join);
        }
        world.disrupt(Disruption.NONE);
        store.suffer(StoreProxy.Rule.NONE);
        harms.forEach(Store.Harm::close);
        heal.run();
        var harmed = end[0];
        var mended = System.nanoTime();
        return () -> {
            judge(cases, harmed, mended);
            synchronized (rows) {
                news.forEach(printed);
                rows.addAll(news);
            }
        };
    }

    private void load(Case one) {
        one.trial()
                .load()
                .orElse((row, account) -> row.during(broker.mintAnew(account).code()))
                .accept(one.row(), one.account());
    }

    /** Gives those that were set aside their last chance; who does not mint then is lost. */
    void settle(Duration patience) {
        awaitBackground();
        var left = List.copyOf(unsettled);
        unsettled.clear();
        var now = System.nanoTime();
        Waiting.together(left, one -> {
            var verdict = await(one, now + patience.toNanos());
            one.row().judge(one.account(), verdict.orElseGet(() -> new Verdict.Lost(complaint(one))));
            release(
                    one.account(),
                    verdict.filter(Verdict.Mints.class::isInstance).isPresent());
        });
    }

    private void judge(List<Case> cases, long harmed, long mended) {
        Waiting.together(cases, one -> {
            var since = one.trial().isFromTheHarm() ? harmed : mended;
            var patience = one.row().within().plus(GRACE);
            var verdict = await(one, Math.max(mended, since + patience.toNanos()));
            var now = System.nanoTime();
            one.row().took(one.account(), Duration.ofNanos(now - since));
            if (now - mended > AN_INSTANT.toNanos()) {
                one.row().isLate(one.account());
            }
            one.row().judge(one.account(), verdict.orElseGet(() -> new Verdict.Lost(complaint(one))));
            if (verdict.isEmpty()) {
                unsettled.add(one);
            } else {
                release(one.account(), verdict.get() instanceof Verdict.Mints);
            }
        });
    }

    private Optional<Verdict> await(Case one, long deadline) {
        var verdict = judge(one);
        while (verdict.isEmpty() && System.nanoTime() < deadline) {
            Waiting.pass(PAUSE);
            verdict = judge(one);
        }
        return verdict;
    }

    private Optional<Verdict> judge(Case one) {
        var account = one.account();
        var answer = broker.mintAnew(account);
        if (answer.isMinted() && !world.isFor(account, answer.token())) {
            return Optional.of(new Verdict.Lost("minted a token that is not its own"));
        }
        return switch (one.trial().ending(account)) {
            case MINTS -> minted(answer).or(() -> rightlyAsksForAPerson(one, answer));
            case MINTS_BY_THE_LATEST_SIGN_IN -> minted(answer).filter(minted -> world.keepsLatestSignIn(account));
            case STAYS_UNLINKED ->
                answer.code().equals("account_not_found") && !world.isLinked(account)
                        ? Optional.of(new Verdict.RefusesRightly())
                        : Optional.empty();
        };
    }

    private static Optional<Verdict> minted(Answer answer) {
        return answer.isMinted() ? Optional.of(new Verdict.Mints()) : Optional.empty();
    }

    private Optional<Verdict> rightlyAsksForAPerson(Case one, Answer answer) {
        var says = "reauthorization_required";
        return answer.code().equals(says)
                        && mayHaveLost(one)
                        && world.isBeyondHelp(one.account())
                        && broker.status(one.account()).equals(says)
                ? Optional.of(new Verdict.RefusesRightly())
                : Optional.empty();
    }

    private boolean mayHaveLost(Case one) {
        return switch (one.trial().loss()) {
            case NONE -> false;
            case NEWEST_TOKEN -> world.hasGoneAstraySince(one.account(), one.begun());
            case STORE -> true;
        };
    }

    /** What an account does instead of what it should. */
    private String complaint(Case one) {
        var account = one.account();
        var answer = broker.mintAnew(account);
        return switch (one.trial().ending(account)) {
            case MINTS ->
                "%s, status %s, %s"
                        .formatted(
                                answer.code(),
                                broker.status(account),
                                world.isBeyondHelp(account) ? "no good token left" : "a good token is there");
            case MINTS_BY_THE_LATEST_SIGN_IN -> answer.isMinted() ? "minted by an older sign-in" : answer.code();
            case STAYS_UNLINKED -> answer.isMinted() ? "is back" : answer.code();
        };
    }

    private Deque<Account> pool(Kind kind) {
        return Optional.ofNullable(pools.get(kind)).orElseThrow();
    }

    /** Accounts that no earlier fault still occupies: what a fault left must not be taken for the next one's doing. */
    private List<Account> take(Kind kind, int number) {
        var pool = pool(kind);
        synchronized (pool) {
            var taken = pool.stream().limit(number).toList();
            if (taken.size() < Math.min(number, share)) {
                throw new IllegalStateException(
                        "No %s accounts are free of what an earlier fault left".formatted(kind));
            }
            pool.removeAll(taken);
            return taken;
        }
    }

    /** Back to the others; if it does not mint, its person signs in again first, and the broker takes note of it. */
    private void release(Account account, boolean mints) {
        if (!mints) {
            world.authorizeAgainElsewhere(account);
            broker.mintAnew(account);
        }
        var pool = pool(account.kind());
        synchronized (pool) {
            pool.addLast(account);
        }
    }
}
