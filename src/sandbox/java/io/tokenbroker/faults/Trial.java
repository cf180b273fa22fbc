package io.tokenbroker.faults;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One fault and what is to come of it. {@link #of} makes one that befalls a few accounts of both kinds, which mint once
 * during the fault, and mint again when it is over; the other methods change that.
 */
final class Trial {

    /** What an account has to come to. */
    enum Ending {
        MINTS,
        MINTS_BY_THE_LATEST_SIGN_IN,
        STAYS_UNLINKED
    }

    /** Which single-use tokens the harness itself lets get lost: only then may an account ask for its person. */
    enum Loss {
        NONE,
        /** The newest, which the provider gave during the fault. */
        NEWEST_TOKEN,
        /** Whatever the store held. */
        STORE
    }

    /** After the fault, for what needs no time of its own. */
    static final Duration SOON = Duration.ofSeconds(10);

    private final Disruption disruption;
    private Function<Kind, String> name;
    private Optional<AtStatement> atStatement = Optional.empty();
    private Supplier<Store.Harm> harm = () -> Store.Harm.NONE;
    private Consumer<Account> preparation = account -> {};
    private Runnable meanwhile = () -> {};
    private Runnable heal = () -> {};
    private Function<Account, Ending> ending = account -> Ending.MINTS;
    private Function<Kind, Duration> within = kind -> SOON;
    private double mayBeLate = 1;
    private boolean fromTheHarm;
    private boolean mustMintMeanwhile;
    private Loss loss = Loss.NONE;
    private Set<Kind> kinds = Set.of(Kind.values());
    private int number;
    private Optional<BiConsumer<Row, Account>> load = Optional.empty();

    private Trial(String name, Disruption disruption) {
        this.name = kind -> name;
        this.disruption = disruption;
    }

    /** @param disruption in force from before the mints until they have ended */
    static Trial of(String name, Disruption disruption) {
        return new Trial(name, disruption);
    }

    @CanIgnoreReturnValue
    Trial named(Function<Kind, String> newName) {
        name = newName;
        return this;
    }

    /** What befalls the statements on its accounts' rows. */
    @CanIgnoreReturnValue
    Trial striking(AtStatement point) {
        atStatement = Optional.of(point);
        return this;
    }

    /** Done to the store before the mints, and undone when they have ended. */
    @CanIgnoreReturnValue
    Trial under(Supplier<Store.Harm> newHarm) {
        harm = newHarm;
        return this;
    }

    @CanIgnoreReturnValue
    Trial preparedBy(Consumer<Account> deed) {
        preparation = deed;
        return this;
    }

    /** What happens while the mints are under way. */
    @CanIgnoreReturnValue
    Trial meanwhile(Runnable deed) {
        meanwhile = deed;
        return this;
    }

    /** What has to be mended besides. */
    @CanIgnoreReturnValue
    Trial healedBy(Runnable deed) {
        heal = deed;
        return this;
    }

    @CanIgnoreReturnValue
    Trial endingIn(Function<Account, Ending> newEnding) {
        ending = newEnding;
        return this;
    }

    @CanIgnoreReturnValue
    Trial losing(Loss what) {
        loss = what;
        return this;
    }

    @CanIgnoreReturnValue
    Trial onlyFor(Set<Kind> some) {
        kinds = Set.copyOf(some);
        return this;
    }

    /** How long the accounts have to come to their ending. */
    @CanIgnoreReturnValue
    Trial within(Duration time) {
        within = kind -> time;
        return this;
    }

    /**
     * As long as a lease of an attempt that ended without a word, and a little. The time is counted from the end of
     * {@link #meanwhile}, not from when all is mended.
     */
    @CanIgnoreReturnValue
    Trial withinALease() {
        within = kind -> Duration.ofSeconds(kind == Kind.REUSABLE ? 25 : 60);
        fromTheHarm = true;
        return this;
    }

    /** No more than this part of the accounts may need more than an instant. */
    @CanIgnoreReturnValue
    Trial atOnceBut(double part) {
        mayBeLate = part;
        return this;
    }

    /** All of them are served during the fault, too, though it takes its time. */
    @CanIgnoreReturnValue
    Trial mintingMeanwhile() {
        mustMintMeanwhile = true;
        return this;
    }

    /** How many accounts of each kind suffer it, at most. */
    @CanIgnoreReturnValue
    Trial by(int accounts) {
        number = accounts;
        return this;
    }

    /** What is asked of the broker during the fault, for each account at the same time. */
    @CanIgnoreReturnValue
    Trial asking(BiConsumer<Row, Account> newLoad) {
        load = Optional.of(newLoad);
        return this;
    }

    Row row(Kind kind) {
        return new Row(name.apply(kind), kind, within.apply(kind), mayBeLate, mustMintMeanwhile);
    }

    Disruption disruption() {
        return disruption;
    }

    Optional<AtStatement> atStatement() {
        return atStatement;
    }

    Supplier<Store.Harm> harm() {
        return harm;
    }

    Consumer<Account> preparation() {
        return preparation;
    }

    Runnable meanwhile() {
        return meanwhile;
    }

    Runnable heal() {
        return heal;
    }

    Ending ending(Account account) {
        return ending.apply(account);
    }

    boolean isFromTheHarm() {
        return fromTheHarm;
    }

    Loss loss() {
        return loss;
    }

    Set<Kind> kinds() {
        return kinds;
    }

    int number(int usual) {
        return number == 0 ? usual : number;
    }

    Optional<BiConsumer<Row, Account>> load() {
        return load;
    }
}
