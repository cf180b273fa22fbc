package io.tokenbroker.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What one fault did to the accounts of one kind. Filled by several threads. */
final class Row {

    /** What became of an account. */
    sealed interface Verdict {

        record Mints() implements Verdict {}

        /** The broker says that a person must act, or that the account is gone, and that is so. */
        record RefusesRightly() implements Verdict {}

        /** @param why what the broker says instead of a token, or what is wrong with it */
        record Lost(String why) implements Verdict {}
    }

    private final String fault;
    private final Kind kind;
    private final Duration within;
    private final double mayBeLate;
    private final boolean mustMintMeanwhile;
    private final Map<String, Integer> during = new TreeMap<>();
    private final Map<Account, Verdict> verdicts = new ConcurrentHashMap<>();
    private final Set<Account> late = ConcurrentHashMap.newKeySet();
    private final Map<Account, Duration> times = new ConcurrentHashMap<>();

    /**
     * @param within how long the accounts have after the fault
     * @param mayBeLate which part of them may need more than an instant
     * @param mustMintMeanwhile whether all are to be served during the fault, too
     */
    Row(String fault, Kind kind, Duration within, double mayBeLate, boolean mustMintMeanwhile) {
        this.fault = fault;
        this.kind = kind;
        this.within = within;
        this.mayBeLate = mayBeLate;
        this.mustMintMeanwhile = mustMintMeanwhile;
    }

    String fault() {
        return fault;
    }

    Kind kind() {
        return kind;
    }

    synchronized void during(String code) {
        during.merge(code, 1, Integer::sum);
    }

    /** How often each code came during the fault; {@code minted} is one. */
    synchronized Map<String, Integer> during() {
        return Map.copyOf(during);
    }

    /** "minted 3, provider_unavailable 5". */
    synchronized String duringInWords() {
        return during.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    void judge(Account account, Verdict verdict) {
        verdicts.put(account, verdict);
    }

    Duration within() {
        return within;
    }

    /** It did not mint or refuse rightly in the first instant after the fault. */
    void isLate(Account account) {
        late.add(account);
    }

    int late() {
        return late.size();
    }

    /** From when on it minted, or refused rightly. */
    void took(Account account, Duration time) {
        times.put(account, time);
    }

    Duration longest() {
        return times.values().stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    boolean isInTime() {
        return longest().compareTo(within) <= 0
                && late.size() <= mayBeLate * accounts()
                && (!mustMintMeanwhile || during().keySet().equals(Set.of(BrokerClient.Answer.MINTED)));
    }

    int accounts() {
        return verdicts.size();
    }

    long mints() {
        return count(Verdict.Mints.class);
    }

    long refusesRightly() {
        return count(Verdict.RefusesRightly.class);
    }

    /** Why each lost account is, sorted. */
    List<String> lost() {
        return verdicts.values().stream()
                .filter(Verdict.Lost.class::isInstance)
                .map(Verdict.Lost.class::cast)
                .map(Verdict.Lost::why)
                .sorted()
                .toList();
    }

    private long count(Class<? extends Verdict> type) {
        return verdicts.values().stream().filter(type::isInstance).count();
    }
}
