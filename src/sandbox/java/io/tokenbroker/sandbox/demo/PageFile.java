package io.tokenbroker.sandbox.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** One file of the page. Only the paths named here are served, so no path can reach beyond them. */
record PageFile(String contentType, String text) {

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("/", "index.html"),
            Map.entry("/index.html", "index.html"),
            // Sign-in and linking both come back here; the page tells them apart by the state it stored.
            Map.entry("/callback", "index.html"),
            Map.entry("/backend.html", "backend.html"),
            Map.entry("/style.css", "style.css"),
            Map.entry("/favicon.svg", "favicon.svg"),
            Map.entry("/api.js", "api.js"),
            Map.entry("/auth.js", "auth.js"),
            Map.entry("/view.js", "view.js"),
            Map.entry("/words.js", "words.js"),
            Map.entry("/app.js", "app.js"),
            Map.entry("/backend.js", "backend.js"));

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "svg", "image/svg+xml");

    static Optional<PageFile> at(String path) {
        return Optional.ofNullable(NAMES.get(path)).map(PageFile::read);
    }

    /** Read each time, so that an edited page shows after a reload. */
    private static PageFile read(String name) {
        var type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        try (var stream = PageFile.class.getResourceAsStream("/demo/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("The demo lacks its file " + name);
            }
            return new PageFile(type, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
