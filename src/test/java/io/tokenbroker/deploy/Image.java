package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What the Dockerfile and docs/store.md say of the image. */
final class Image {

    private static final String DOCKERFILE = text(Path.of("Dockerfile"));

    private Image() {}

    static long user() {
        return Long.parseLong(said("USER (\\d+):\\d+"));
    }

    static List<Integer> ports() {
        return List.of(said("EXPOSE ([\\d ]+)").split(" ", -1)).stream()
                .map(Integer::valueOf)
                .toList();
    }

    /** Where it runs. */
    static String folder() {
        return said("WORKDIR (\\S+)");
    }

    /** How long it may take to stop. */
    static int stopSeconds() {
        return Integer.parseInt(found(text(Path.of("docs/store.md")), "terminationGracePeriodSeconds: (\\d+)"));
    }

    private static String said(String instruction) {
        return found(DOCKERFILE, "(?m)^" + instruction + "$");
    }

    private static String found(String text, String pattern) {
        var found = Pattern.compile(pattern).matcher(text);
        if (!found.find()) {
            throw new AssertionError("Nothing says " + pattern);
        }
        return found.group(1);
    }
}
