package io.tokenbroker.ops;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.vertx.http.HttpServerStart;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.tokenbroker.doctor.DoctorCommand;
import io.tokenbroker.doctor.Patient;
import io.tokenbroker.keepalive.KeepAliveCommand;
import io.tokenbroker.settings.SettingFiles;
import io.tokenbroker.upstream.OutboundProxy;
import jakarta.enterprise.event.ObservesAsync;
import java.net.BindException;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;

/** The process: the broker, or with an argument a command. A start that fails ends with one line that says what to change. */
@QuarkusMain
public final class Broker {

    private Broker() {}

    public static void main(String... args) {
        var arguments = List.of(args);
        if (arguments.isEmpty()) {
            Quarkus.run(null, Broker::exit);
        } else if (arguments.getFirst().equals(KeepAliveCommand.NAME)) {
            KeepAliveCommand.start(arguments.subList(1, arguments.size()), Broker::exit);
        } else if (arguments.getFirst().equals(DoctorCommand.NAME)) {
            System.exit(DoctorCommand.run(arguments.subList(1, arguments.size()), AsGiven::patient));
        } else {
            System.err.println(
                    "Unknown argument: %s. Usage: no argument for the broker, or keep-alive [--help], or doctor [--help]"
                            .formatted(arguments.getFirst()));
            System.exit(2);
        }
    }

    private static void exit(int code, Throwable failure) {
        if (failure != null) {
            System.err.println(StartFailure.oneLine(failure));
        }
        // In dev mode the changed broker starts in the same process.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            System.exit(code);
        }
    }

    /** The settings without a start: also those that would stop one. */
    static final class AsGiven {

        private AsGiven() {}

        static Patient patient() {
            return patient(ConfigUtils.configBuilder().build());
        }

        static Patient patient(SmallRyeConfig config) {
            var faults = new Faults();
            var settings = StartupChecks.checked(config, new SettingFiles(), faults);
            faults.tryOut("HTTPS_PROXY", () -> proxy(config));
            return new Patient(settings, () -> proxy(config), faults.sentences());
        }

        private static OutboundProxy proxy(SmallRyeConfig config) {
            return new OutboundProxy(
                    config.getOptionalValue("https_proxy", String.class),
                    config.getOptionalValue("no_proxy", String.class));
        }
    }

    /** Starts what runs by itself once the broker serves: a start that fails, or a command, must not be in its midst. */
    static class Background {

        void start(@ObservesAsync HttpServerStart serving, Scheduler scheduler) {
            if (scheduler.isStarted()) { // false where the settings switch it off
                scheduler.resume();
            }
        }
    }

    /** Says in one line why the broker does not start: the key that is wrong and what belongs there. */
    static final class StartFailure {

        private static final String MANAGEMENT_PORT = "quarkus.management.port";

        private static final Pattern QUARKUS_KEY = Pattern.compile("quarkus\\.[A-Za-z0-9.\"_-]*[A-Za-z0-9\"]");

        private StartFailure() {}

        static String oneLine(Throwable failure) {
            for (var cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof ConfigurationException settings) {
                    return "Cannot start: " + settings.getMessage();
                }
                if (cause instanceof ConfigValidationException ofQuarkus) {
                    return "Cannot start: " + keys(ofQuarkus);
                }
                if (cause instanceof QuarkusBindException taken) {
                    return inUse(taken.getPort(), "quarkus.http.port");
                }
                if (cause instanceof BindException) {
                    // Quarkus says of the API's port alone which it is.
                    return inUse(ConfigProvider.getConfig().getValue(MANAGEMENT_PORT, Integer.class), MANAGEMENT_PORT);
                }
            }
            return "Cannot start: " + ExceptionUtil.generateStackTrace(failure);
        }

        private static String inUse(int port, String key) {
            return "Cannot start: port %d is in use; %s chooses another".formatted(port, key);
        }

        /**
         * Of the settings of Quarkus itself there are texts only. The key is in them, and so is the value: that is not
         * repeated.
         */
        private static String keys(ConfigValidationException e) {
            var keys = IntStream.range(0, e.getProblemCount())
                    .mapToObj(i -> QUARKUS_KEY.matcher(e.getProblem(i).getMessage()))
                    .flatMap(matcher -> matcher.results().limit(1))
                    .map(MatchResult::group)
                    .distinct()
                    .collect(Collectors.joining(", "));
            return "%s: Quarkus cannot use the value; see https://quarkus.io/guides/all-config"
                    .formatted(keys.isEmpty() ? "a setting that begins with quarkus." : keys);
        }
    }
}
