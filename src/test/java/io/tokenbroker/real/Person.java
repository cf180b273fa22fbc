package io.tokenbroker.real;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.restassured.path.json.JsonPath;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A person at the demo page, in a browser profile of their own; what the browser complains about is kept. */
final class Person implements AutoCloseable {

    private final String origin;
    private final BrowserContext context;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();

    private Person(Chromium browser, String origin, int width, ColorScheme colours) {
        this.origin = origin;
        context = browser.newProfile(
                new Browser.NewContextOptions().setViewportSize(width, 800).setColorScheme(colours));
        context.onConsoleMessage(this::heard);
        context.onWebError(error -> complaints.add(error.error()));
        context.onRequest(Person::noteSealed);
        page = context.newPage();
    }

    static Person atDesk(Chromium browser, String origin) {
        return new Person(browser, origin, 1100, ColorScheme.LIGHT);
    }

    /** With a small phone, at night. */
    static Person onPhone(Chromium browser, String origin) {
        return new Person(browser, origin, 360, ColorScheme.DARK);
    }

    Page page() {
        return page;
    }

    Locator byId(String testId) {
        return page.getByTestId(testId);
    }

    Person opens(String path) {
        page.navigate(origin + path);
        return this;
    }

    /** Opens the page and signs in at the hosted form with a password. */
    Person signsIn() {
        opens("/");
        byId("sign-in").click();
        page.getByLabel("Email").fill(FusionAuthStandIn.ALICE);
        page.getByLabel("Password").fill(FusionAuthStandIn.PASSWORD);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        arrives();
        assertThat(byId("user")).hasText(FusionAuthStandIn.ALICE);
        return this;
    }

    /** Goes to the provider and picks the account there. */
    Person connects(String provider, String email) {
        byId("connect-" + provider).click();
        picks(email);
        return this;
    }

    /** Waits also for the lists, which move what is below them. */
    void confirms() {
        byId("confirm-link").click();
        assertThat(message("success")).isVisible();
        assertThat(page.locator("[aria-busy]")).hasCount(0);
    }

    /** Picks an account on Entra's page. */
    void picks(String email) {
        page.locator("button.account", new Page.LocatorOptions().setHasText(email))
                .click();
        arrives();
    }

    /** Presses a button of Entra's page that leads back. */
    void declines() {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel"))
                .click();
        arrives();
    }

    /** Is back at the demo page, which has nothing left to load. */
    void arrives() {
        page.waitForURL(url -> url.startsWith(origin));
        assertThat(page.locator("body")).hasAttribute("data-ready", "true");
    }

    Locator heading(String text) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(text).setExact(true));
    }

    Locator accounts() {
        return byId("accounts").locator("[data-account]");
    }

    Locator account(String name) {
        return byId("accounts").locator("[data-account]", new Locator.LocatorOptions().setHasText(name));
    }

    Locator message(String kind) {
        return byId("message").locator("[data-kind=" + kind + "]");
    }

    /** A problem of this code is shown, and focused so that nobody misses it. */
    Locator problem(String code) {
        return byId("message").locator("[data-code=" + code + "]");
    }

    void takesPicture(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                // The backdrop of a dialog is as high as the window.
                .setFullPage(page.locator("dialog[open]").count() == 0)
                .setPath(Path.of(System.getProperty("screenshots", "target/screenshots"), name + ".png")));
    }

    /** What the browser reported: page errors, violations of the content security policy, and the like. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Whether something is wider than the window. */
    boolean mustScrollSideways() {
        return (boolean) page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    }

    /** Secrets that the page shows or hides in its elements. */
    List<String> secretsInPage() {
        var content = page.content();
        return IssuedSecrets.all().stream()
                .filter(secret -> secret.length() >= 16 && content.contains(secret))
                .toList();
    }

    @Override
    public void close() {
        context.close();
    }

    /** A refusal by HTTP is an answer; the console has it as an error all the same. */
    private void heard(ConsoleMessage message) {
        var failedRequest = message.text().startsWith("Failed to load resource: the server responded with a status of")
                || message.text().contains("net::ERR_CONNECTION_REFUSED");
        if (List.of("error", "warning").contains(message.type()) && !failedRequest) {
            complaints.add(message.text());
        }
    }

    /** What the broker sealed, when the browser hands it on. */
    private static void noteSealed(Request request) {
        var url = URI.create(request.url());
        if (url.getRawQuery() != null && url.getPath().endsWith("/authorize")) {
            Optional.ofNullable(Broker.query(url).get("state")).ifPresent(IssuedSecrets::record);
        }
        if (url.getPath().equals("/authorizations/resolve") && request.postData() != null) {
            IssuedSecrets.record(JsonPath.from(request.postData()).getString("pending_link_id"));
        }
    }
}
