package io.tokenbroker.faults;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** One broker process or several replicas, and which of them the load balancer sends requests to. */
final class Brokers implements AutoCloseable {

    private final List<BrokerProcess> processes = new ArrayList<>();
    private final Set<Integer> out = ConcurrentHashMap.newKeySet();

    /** @param settings of each replica */
    Brokers(String name, List<Map<String, String>> settings) {
        for (var i = 0; i < settings.size(); i++) {
            processes.add(new BrokerProcess(settings.size() == 1 ? name : name + "-" + (i + 1), settings.get(i)));
        }
    }

    @CanIgnoreReturnValue
    Brokers start() {
        Waiting.together(numbers(), this::start);
        return this;
    }

    int count() {
        return processes.size();
    }

    BrokerClient all() {
        return new BrokerClient(() -> inRotation());
    }

    BrokerClient only(int number) {
        return new BrokerClient(() -> List.of(processes.get(number).url()));
    }

    void start(int number) {
        processes.get(number).start();
        putBack(number);
    }

    /** With these settings from now on. */
    void reconfigure(int number, Map<String, String> settings) {
        processes.get(number).reconfigure(settings);
    }

    void kill(int number) {
        takeOut(number);
        processes.get(number).kill();
    }

    /** SIGKILL of all at the same time. */
    void killAll() {
        Waiting.together(numbers(), this::kill);
    }

    /** SIGTERM; the process may live on for a while. */
    void tellToStop(int number) {
        takeOut(number);
        processes.get(number).tellToStop();
    }

    void awaitEnd(int number) {
        processes.get(number).close();
    }

    /** SIGSTOP. */
    void pause(int number) {
        takeOut(number);
        processes.get(number).pause();
    }

    /** SIGCONT. */
    void goOn(int number) {
        processes.get(number).goOn();
        putBack(number);
    }

    /** The load balancer sends it nothing. */
    void takeOut(int number) {
        out.add(number);
    }

    void putBack(int number) {
        out.remove(number);
    }

    private List<URI> inRotation() {
        var urls = numbers().stream()
                .filter(number -> !out.contains(number))
                .map(number -> processes.get(number).url())
                .toList();
        return urls.isEmpty() ? List.of(processes.getFirst().url()) : urls;
    }

    private List<Integer> numbers() {
        return IntStream.range(0, processes.size()).boxed().toList();
    }

    @Override
    public void close() {
        Waiting.together(processes, BrokerProcess::close);
    }
}
