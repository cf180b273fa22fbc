package io.tokenbroker.doctor;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Waits for many answers at the time of one. */
final class Beside {

    /** So that thousands of providers are not asked at once. */
    private static final int MOST = 256;

    private Beside() {}

    static <T> List<T> each(List<Supplier<T>> questions) {
        try (var threads = Executors.newFixedThreadPool(MOST, Thread.ofVirtual().factory())) {
            var begun = questions.stream()
                    .map(question -> CompletableFuture.supplyAsync(question, threads))
                    .toList();
            return begun.stream().map(CompletableFuture::join).toList();
        }
    }

    static void all(List<Runnable> works) {
        var _ = each(works.stream()
                .<Supplier<Boolean>>map(work -> () -> {
                    work.run();
                    return true;
                })
                .toList());
    }
}
