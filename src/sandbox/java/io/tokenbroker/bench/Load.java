package io.tokenbroker.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Sends requests from a file for some seconds over a fixed number of connections, as fast as they are answered. */
interface Load {

    /** The body of every request. */
    String BODY = "{\"resource\":\"https://management.azure.com\"}";

    int CONNECTIONS = 32;

    String name();

    Result run(int port, Path requests, int seconds) throws IOException, InterruptedException;

    /** wrk where it is installed: it takes less of the processor that is being measured. */
    static Load choose() throws InterruptedException {
        try {
            new ProcessBuilder("wrk", "--version").start().waitFor();
            return new Wrk();
        } catch (IOException notInstalled) {
            return new JavaLoad();
        }
    }

    record Result(double perSecond, double p99Millis, long errors) {}

    /** wrk with a Lua script that picks the requests. */
    final class Wrk implements Load {

        private static final Pattern RESULT = Pattern.compile("RESULT (\\S+) (\\S+) (\\d+)");

        @Override
        public String name() {
            return "wrk";
        }

        @Override
        public Result run(int port, Path requests, int seconds) throws IOException, InterruptedException {
            var wrk = new ProcessBuilder(
                    "wrk",
                    "-t2",
                    "-c" + CONNECTIONS,
                    "-d" + seconds + "s",
                    "-s",
                    "src/bench/load.lua",
                    "http://localhost:" + port);
            wrk.environment().put("BENCH_REQUESTS", requests.toString());
            wrk.redirectErrorStream(true);
            var process = wrk.start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            var result = RESULT.matcher(output);
            if (!result.find()) {
                throw new IllegalStateException("wrk said: " + output);
            }
            return new Result(
                    Double.parseDouble(result.group(1)),
                    Double.parseDouble(result.group(2)),
                    Long.parseLong(result.group(3)));
        }
    }
}
