package io.tokenbroker.real;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** The browser that is installed here; none is ever downloaded. */
final class Chromium implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    /** It is for tests on one machine: no sandbox, which root may not have, and no calls home. */
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run");

    private static final double PATIENCE_MILLIS = 20_000;

    private @Nullable Playwright playwright;
    private @Nullable Browser browser;

    /** Starts it; where there is none, skips the tests that need one, or fails them if this is CI. */
    void start() {
        var ci = "true".equals(System.getenv("CI"));
        var executable = requireOrSkip(find(String.valueOf(System.getenv("PATH"))), ci);
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(ARGUMENTS));
    }

    static Optional<Path> find(String path) {
        var folders = List.of(path.split(File.pathSeparator, -1));
        return NAMES.stream()
                .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Path requireOrSkip(Optional<Path> executable, boolean ci) {
        return executable.orElseThrow(() -> {
            var what = "No Chromium on the PATH: the demo page is NOT tested. Get it by: apt-get install chromium";
            if (ci) {
                throw new AssertionError(what);
            }
            System.out.printf("%n>>>>>>>>>> SKIPPED: %s <<<<<<<<<<%n%n", what);
            return new TestAbortedException(what);
        });
    }

    /** A profile of its own, with nothing in it. */
    BrowserContext newProfile(Browser.NewContextOptions options) {
        var context = Objects.requireNonNull(browser, "Not started").newContext(options);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        return context;
    }

    @Override
    public void close() {
        if (playwright != null) {
            playwright.close();
        }
    }
}
