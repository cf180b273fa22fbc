package io.tokenbroker.sandbox.fusionauth;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The outcome chosen for every {@link Unknown}; may change while requests run. */
public final class Switches {

    private static final List<Class<?>> QUESTIONS =
            List.of(Objects.requireNonNull(Unknown.class.getPermittedSubclasses()));

    private final Map<Class<?>, Unknown> chosen = new ConcurrentHashMap<>();

    /** The outcome in force. */
    public <E extends Enum<E> & Unknown> E get(Class<E> question) {
        var choice = chosen.get(question);
        return choice == null ? EnumSet.allOf(question).iterator().next() : question.cast(choice);
    }

    /** Chooses an outcome, e.g. {@code set(Unknown.NoLinks.EMPTY_404)}. */
    public void set(Unknown outcome) {
        chosen.put(outcome.getClass(), outcome);
    }

    /** Chooses by names, e.g. {@code set("NoLinks", "EMPTY_404")}. */
    public void set(String question, String outcome) {
        var choice = QUESTIONS.stream()
                .filter(type -> type.getSimpleName().equals(question))
                .flatMap(type -> outcomes(type).stream())
                .filter(constant -> constant.toString().equals(outcome))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No switch " + question + "=" + outcome));
        set(choice);
    }

    /** Back to the first outcome of every question. */
    public void reset() {
        chosen.clear();
    }

    /** Every question with the outcome in force and the other outcomes it knows. */
    public Map<String, Map<String, Object>> describe() {
        var all = new TreeMap<String, Map<String, Object>>();
        for (var question : QUESTIONS) {
            var outcomes = outcomes(question);
            var current = chosen.getOrDefault(question, outcomes.getFirst());
            all.put(question.getSimpleName(), Map.of("current", current, "outcomes", outcomes));
        }
        return all;
    }

    private static List<Unknown> outcomes(Class<?> question) {
        var constants = Objects.requireNonNull(question.getEnumConstants());
        return Arrays.stream(constants).map(Unknown.class::cast).toList();
    }
}
