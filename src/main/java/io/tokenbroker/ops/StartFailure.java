package io.tokenbroker.ops;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;

/** Says in one line why the broker does not start: the key that is wrong and what belongs there. */
final class StartFailure {

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
