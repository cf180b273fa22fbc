package io.tokenbroker.real;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.demo.DemoServer;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What people do at the demo page, in a real browser. */
@EnabledIf(
        value = "io.tokenbroker.real.Chromium#isHereOrMustBe",
        disabledReason = "No Chromium on the PATH: the demo page is NOT tested. Get it by: apt-get install chromium")
class DemoPageIT {

    private static final int PORT = FreePort.any();
    private static final String ORIGIN = "http://localhost:" + PORT;
    private static final String B = "b@contoso.com";
    private static final String BEA = "bea@contoso.com";
    private static final String C = "c@fabrikam.com";

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0, ORIGIN);

    @AutoClose
    private static final BrokerProcess BROKER = new BrokerProcess("demo-page", SANDBOX.settings());

    @AutoClose
    private static final DemoServer DEMO = new DemoServer(
            PORT,
            BROKER.url(),
            SANDBOX.fusionAuth().url(),
            SANDBOX.resourceManager(),
            FusionAuthStandIn.APPLICATION_ID.toString(),
            Sandbox.DEMO_KEY);

    @AutoClose
    private static final Chromium CHROMIUM = new Chromium();

    private Person alice;

    @BeforeAll
    static void start() {
        CHROMIUM.start();
        BROKER.start();
        DEMO.start();
    }

    @BeforeEach
    void sitDown() {
        SANDBOX.reset();
        alice = Person.atDesk(CHROMIUM, ORIGIN);
    }

    @AfterEach
    void nothingWasWrongBehindThePage() {
        var complaints = alice.complaints();
        alice.close();
        assertThat(complaints).isEmpty();
    }

    @Test
    void aPersonConnectsAccountsAndABackEndGetsATokenForEach() {
        alice.opens("/");
        alice.arrives();
        alice.takesPicture("01-signed-out");
        alice.signsIn();
        alice.takesPicture("02-no-accounts-yet");

        alice.connects("contoso", B);
        assertThat(alice.byId("pending")).containsText("Link b@contoso.com to your account?");
        assertThat(alice.byId("pending")).containsText("at Contoso");
        assertThat(alice.accounts()).hasCount(0);
        alice.takesPicture("03-pending");
        alice.confirms();
        assertThat(alice.byId("message")).containsText("b@contoso.com is connected");
        assertThat(alice.byId("pending")).isHidden();

        alice.connects("contoso", BEA).confirms();
        alice.connects("fabrikam", C).confirms();

        assertThat(alice.accounts()).hasCount(3);
        assertThat(alice.byId("accounts").getByTestId("status")).hasText(new String[] {"Active", "Active", "Active"});
        alice.takesPicture("04-three-accounts");
        assertThat(alice.secretsInPage()).isEmpty();

        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        assertThat(alice.byId("count")).hasText("3 accounts");
        assertMintsForEach("https://management.azure.com", "refresh");
        alice.takesPicture("05-back-end-tokens");
        assertMintsForEach("https://management.azure.com", "cache");
        assertMintsForEach("https://graph.microsoft.com", "refresh");
        for (var name : new String[] {B, BEA, C}) {
            assertThat(alice.account(name).getByTestId("outcome")).containsText(name);
        }

        alice.byId("resource").selectOption("https://vault.azure.net");
        alice.byId("mint-all").click();
        assertThat(alice.byId("accounts").locator("[data-outcome=problem] [data-code=consent_required]"))
                .hasCount(3);
        assertThat(alice.account(B).getByTestId("outcome")).containsText("Consent is missing");
        alice.takesPicture("06-back-end-consent-missing");
        assertThat(alice.secretsInPage()).isEmpty();
    }

    @Test
    void aPersonSeesWhoUsedAnAccount() {
        alice.signsIn().connects("contoso", B).confirms();
        alice.account(B).getByTestId("show-activity").click();
        assertThat(alice.account(B).getByTestId("activity")).containsText("No application has used it");

        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        alice.byId("resource").selectOption("https://management.azure.com");
        alice.byId("mint-all").click();
        assertThat(alice.byId("accounts").locator("[data-outcome=token]")).hasCount(1);
        alice.byId("resource").selectOption("https://vault.azure.net");
        alice.byId("mint-all").click();
        assertThat(alice.byId("accounts").locator("[data-outcome=problem]")).hasCount(1);
        alice.opens("/").arrives();
        alice.account(B).getByTestId("show-activity").click();

        var used = alice.account(B).getByTestId("activity").locator("[data-outcome]");
        assertThat(used).hasCount(2);
        assertThat(used.and(alice.page().locator("[data-outcome=refresh]")))
                .containsText("demo got a token, fresh from the tenant");
        assertThat(used.and(alice.page().locator("[data-outcome=refresh]")))
                .containsText("https://management.azure.com");
        assertThat(used.and(alice.page().locator("[data-outcome=consent_required]")))
                .containsText("demo was refused: consent required");
        alice.takesPicture("17-who-used-it");
        assertThat(alice.secretsInPage()).isEmpty();
    }

    @Test
    void whoCancelsAtTheProviderReadsThatNothingWasLinked() {
        alice.signsIn();
        alice.byId("connect-contoso").click();
        assertThat(alice.heading("Pick an account")).isVisible();
        alice.takesPicture("07-entra-pick-an-account");

        alice.declines();

        assertThat(alice.problem("authorization_denied")).containsText("The sign-in was declined");
        assertThat(alice.problem("authorization_denied")).containsText("Nothing has changed");
        assertThat(alice.byId("message")).isFocused();
        assertThat(alice.accounts()).hasCount(0);
        alice.takesPicture("08-declined");

        alice.byId("start-again").click();
        alice.picks(B);
        alice.confirms();
        assertThat(alice.accounts()).hasCount(1);
    }

    @Test
    void whoDoesNotConfirmHasNotLinkedAndCanDoSoLater() {
        alice.signsIn().connects("contoso", B);
        alice.page().reload();
        assertThat(alice.byId("pending")).containsText("Link b@contoso.com to your account?");

        alice.byId("not-now").click();

        assertThat(alice.message("info")).containsText("Not connected");
        assertThat(alice.byId("pending")).isHidden();
        assertThat(alice.accounts()).hasCount(0);
        assertThat(SANDBOX.fusionAuth().links()).isEmpty();
        alice.connects("contoso", B).confirms();
        assertThat(alice.accounts()).hasCount(1);
    }

    @Test
    void whoTypesAndPressesWhileTheListsAreReadAnewLosesNeither() {
        alice.signsIn().connects("contoso", B);
        var held = new ArrayList<Route>();
        alice.page().route("**/providers", held::add);
        alice.byId("confirm-link").click();
        assertThat(alice.accounts()).hasCount(1);
        alice.byId("login-hint-fabrikam").fill(C);
        alice.byId("connect-fabrikam").hover();
        alice.page().mouse().down();

        held.getFirst().resume();
        alice.page().unroute("**/providers");
        assertThat(alice.page().locator("[aria-busy]")).hasCount(0);

        assertThat(alice.byId("login-hint-fabrikam")).hasValue(C);
        alice.page().mouse().up();
        alice.picks(C);
        alice.confirms();
        assertThat(alice.accounts()).hasCount(2);
    }

    @Test
    void anAccountThatTheTenantRefusesIsAuthorizedAgain() {
        alice.signsIn().connects("contoso", B).confirms();
        SANDBOX.entra().directory().revokeSessions(B);
        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        alice.byId("mint-all").click();
        assertThat(alice.account(B).locator("[data-code=reauthorization_required]"))
                .containsText("Re-authorize the account");

        alice.opens("/");
        alice.arrives();
        assertThat(alice.account(B)).hasAttribute("data-status", "reauthorization_required");
        assertThat(alice.account(B)).containsText("Needs sign-in");
        assertThat(alice.account(B)).containsText("the organization has ended the earlier sign-in");
        alice.takesPicture("09-needs-sign-in");
        alice.account(B).getByTestId("reauthorize").click();
        assertThat(alice.page().locator("button.account").first()).containsText(B);
        alice.picks(B);

        assertThat(alice.message("success")).containsText("b@contoso.com is connected");
        assertThat(alice.byId("pending")).isHidden();
        assertThat(alice.accounts()).hasCount(1);
        assertThat(alice.account(B)).hasAttribute("data-status", "active");
        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        assertMintsForEach("https://management.azure.com", "refresh");
    }

    @Test
    void consentThatABackEndLacksIsGivenByThePerson() {
        alice.signsIn().connects("contoso", B).confirms();
        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        alice.byId("resource").selectOption("https://vault.azure.net");
        alice.byId("mint-all").click();
        assertThat(alice.account(B).locator("[data-code=consent_required]")).isVisible();

        alice.byId("ask-person").click();
        assertThat(alice.problem("consent_required"))
                .containsText("It wants to use b@contoso.com for https://vault.azure.net/.default");
        assertThat(alice.byId("message")).isFocused();
        alice.takesPicture("14-consent-needed");
        press("Tab", alice.byId("problem-reauthorize"));
        alice.page().keyboard().press("Enter");
        assertThat(alice.heading("Permissions requested")).isVisible();
        assertThat(alice.page().getByLabel("Permissions")).containsText("https://vault.azure.net/user_impersonation");
        alice.takesPicture("15-entra-consent");
        alice.page().keyboard().press("Enter");
        alice.arrives();

        assertThat(alice.message("success")).containsText("You gave consent for b@contoso.com");
        assertThat(alice.accounts()).hasCount(1);
        alice.takesPicture("16-consent-given");
        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        assertMintsForEach("https://vault.azure.net", "cache");
    }

    @Test
    void aChangeInAzureLeadsThePersonThroughASecondFactor() {
        alice.signsIn().connects("contoso", B).confirms();
        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();

        alice.account(B).getByTestId("change").click();
        assertThat(alice.account(B).locator("[data-code=interaction_required]")).isVisible();
        alice.byId("ask-person").click();
        alice.byId("problem-reauthorize").click();
        alice.picks(B);
        assertThat(alice.message("success")).containsText("b@contoso.com is connected");

        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        alice.account(B).getByTestId("change").click();
        assertThat(alice.account(B).locator("[data-outcome=changed]")).isVisible();
    }

    @Test
    void anotherAccountThanTheOneToAuthorizeAgainIsRefused() {
        alice.signsIn().connects("contoso", B).confirms();

        alice.account(B).getByTestId("reauthorize").click();
        alice.picks(BEA);

        assertThat(alice.problem("identity_mismatch")).containsText("choose the same account");
        assertThat(alice.byId("pending")).isHidden();
        assertThat(alice.accounts()).hasCount(1);
        assertThat(alice.account(B)).hasAttribute("data-status", "active");
        alice.takesPicture("10-identity-mismatch");
    }

    @Test
    void anAccountIsUnlinkedOnlyAfterASecondQuestion() {
        alice.signsIn().connects("contoso", B).confirms();
        alice.connects("fabrikam", C).confirms();

        alice.account(B).getByTestId("unlink").click();
        assertThat(alice.byId("unlink-dialog")).containsText("Unlink b@contoso.com?");
        alice.takesPicture("11-unlink");
        alice.byId("cancel-unlink").click();
        assertThat(alice.byId("unlink-dialog")).isHidden();
        assertThat(alice.accounts()).hasCount(2);

        alice.account(B).getByTestId("unlink").click();
        alice.byId("confirm-unlink").click();
        assertThat(alice.message("success")).containsText("b@contoso.com is unlinked");
        assertThat(alice.accounts()).hasCount(1);
        assertThat(alice.account(C)).isVisible();
        assertThat(SANDBOX.fusionAuth().links()).hasSize(1);
    }

    @Test
    void theKeyboardAloneIsEnough() {
        alice.opens("/");
        alice.arrives();
        press("Tab", alice.byId("sign-in"));
        alice.page().keyboard().press("Enter");
        assertThat(alice.page().getByLabel("Email")).isFocused();
        alice.page().keyboard().type(FusionAuthStandIn.ALICE);
        alice.page().keyboard().press("Tab");
        alice.page().keyboard().type(FusionAuthStandIn.PASSWORD);
        alice.page().keyboard().press("Enter");
        alice.arrives();

        press("Tab", alice.byId("login-hint-contoso"));
        alice.page().keyboard().type(B);
        alice.page().keyboard().press("Enter");
        assertThat(alice.page().locator("button.account").first()).isFocused();
        alice.page().keyboard().press("Enter");
        alice.arrives();

        assertThat(alice.page().locator("#pending-title")).isFocused();
        press("Tab", alice.byId("confirm-link"));
        alice.page().keyboard().press("Enter");
        assertThat(alice.accounts()).hasCount(1);
        assertThat(alice.page().locator("#title")).isFocused();

        press("Tab", alice.account(B).getByTestId("unlink"));
        alice.takesPicture("12-keyboard-focus");
        alice.page().keyboard().press("Enter");
        assertThat(alice.byId("cancel-unlink")).isFocused();
        alice.page().keyboard().press("Escape");
        assertThat(alice.byId("unlink-dialog")).isHidden();
        assertThat(alice.account(B).getByTestId("unlink")).isFocused();
        alice.page().keyboard().press("Enter");
        press("Tab", alice.byId("confirm-unlink"));
        alice.page().keyboard().press("Enter");
        assertThat(alice.accounts()).hasCount(0);
    }

    @Test
    void aSmallPhoneShowsAllWithoutScrollingSideways() {
        alice.close();
        alice = Person.onPhone(CHROMIUM, ORIGIN);
        alice.opens("/");
        alice.arrives();
        assertFits("20-phone-signed-out");
        alice.byId("sign-in").click();
        assertThat(alice.heading("Sign in")).isVisible();
        assertFits("21-phone-sign-in");

        alice.signsIn();
        alice.byId("connect-contoso").click();
        assertThat(alice.heading("Pick an account")).isVisible();
        assertFits("22-phone-entra");
        alice.picks(B);
        assertFits("23-phone-pending");
        alice.confirms();
        alice.connects("fabrikam", C).confirms();
        assertFits("24-phone-accounts");
        alice.account(B).getByTestId("unlink").click();
        assertFits("25-phone-unlink");
        alice.byId("cancel-unlink").click();
        alice.byId("connect-contoso").click();
        alice.declines();
        assertFits("26-phone-declined");

        alice.page().getByRole(AriaRole.LINK).filter(named("Back end")).click();
        assertMintsForEach("https://management.azure.com", "refresh");
        assertFits("27-phone-back-end");
    }

    @Test
    void whileTheBrokerIsAwayThePageSaysSoAndTriesAgain() {
        alice.signsIn();
        BROKER.kill();
        try {
            alice.page().reload();
            assertThat(alice.problem("unreachable")).containsText("The broker cannot be reached");
            alice.takesPicture("13-broker-away");
        } finally {
            BROKER.start();
        }

        alice.byId("retry").click();

        assertThat(alice.byId("connect-contoso")).isVisible();
        assertThat(alice.byId("message")).isEmpty();
    }

    @Test
    void aListThatIsEmptyIsShownAsSuchAgainAfterTheOtherCouldNotBeRead() {
        alice.signsIn();
        alice.page().route("**/providers", route -> route.abort("connectionrefused"));
        alice.page().reload();
        assertThat(alice.problem("unreachable")).isVisible();
        alice.page().unroute("**/providers");

        alice.byId("retry").click();

        assertThat(alice.byId("connect-contoso")).isVisible();
        assertThat(alice.byId("accounts")).containsText("No account is connected yet");
    }

    @Test
    void whoSignsOutLeavesNothingBehind() {
        alice.signsIn().connects("contoso", B).confirms();

        alice.byId("sign-out").click();

        assertThat(alice.message("info")).containsText("You are signed out");
        assertThat(alice.byId("sign-in")).isFocused();
        assertThat(alice.accounts()).hasCount(0);
        assertThat(alice.page().evaluate("Object.keys(sessionStorage).length + localStorage.length"))
                .isEqualTo(0);
    }

    private void assertMintsForEach(String resource, String source) {
        alice.byId("resource").selectOption(resource);
        // It is there once the accounts are.
        assertThat(alice.byId("mint-all")).isVisible();
        var accounts = alice.byId("accounts").locator("[data-account]").count();
        alice.byId("mint-all").click();
        assertThat(alice.byId("accounts").locator("[data-outcome=token][data-source=%s]".formatted(source)))
                .hasCount(accounts);
        for (var outcome : alice.byId("accounts").getByTestId("outcome").all()) {
            assertThat(outcome).containsText(resource);
        }
    }

    private void assertFits(String picture) {
        alice.takesPicture(picture);
        assertThat(alice.mustScrollSideways()).as(picture).isFalse();
    }

    /** Presses a key until this has the focus. */
    private void press(String key, Locator target) {
        for (var times = 0; times < 40; times++) {
            if ((boolean) target.evaluate("element => element === document.activeElement")) {
                return;
            }
            alice.page().keyboard().press(key);
        }
        assertThat(target).isFocused();
    }

    private static Locator.FilterOptions named(String text) {
        return new Locator.FilterOptions().setHasText(text);
    }
}
