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
    private static final String PATH = String.valueOf(System.getenv("PATH"));

    private @Nullable Playwright playwright;
    private @Nullable Browser browser;

    void start() {
        var executable = find(PATH)
                .orElseThrow(() -> new AssertionError(
                        "No Chromium on the PATH: the demo page is NOT tested. Get it by: apt-get install chromium"));
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

    /** For {@code @EnabledIf}: where there is none, tests that need it count as skipped. In CI they fail. */
    static boolean isHereOrMustBe() {
        return isHereOrMustBe(find(PATH), "true".equals(System.getenv("CI")));
    }

    static boolean isHereOrMustBe(Optional<Path> executable, boolean ci) {
        return ci || executable.isPresent();
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
