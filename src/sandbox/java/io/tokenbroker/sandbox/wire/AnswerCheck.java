package io.tokenbroker.sandbox.wire;

import java.util.List;
import java.util.ServiceLoader;

/** Holds what a stand-in answers by itself, before any fault spoils it, against what the real server is known to answer. */
@FunctionalInterface
public interface AnswerCheck {

    /** Those on the class path: the tests have some, {@code make run} as well as it uses their classes. */
    List<AnswerCheck> ALL = ServiceLoader.load(AnswerCheck.class, AnswerCheck.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    /** @throws IllegalStateException if the real server gives no such answer */
    void check(Request request, Reply reply);
}
