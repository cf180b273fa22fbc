package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.docs.CodeBlock;
import io.tokenbroker.docs.Documents;
import io.tokenbroker.docs.Output;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.demo.Demo;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every command that the documents show for pasting beside {@code make run}, pasted. */
class DocumentedCommandsIT {

    private static final Path README = Path.of("README.md");
    private static final Path WALK = Path.of("docs/get-started.md");
    private static final String MARK = "=== pasted ===\n";

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final BrokerProcess BROKER =
            new BrokerProcess("documented-commands", SANDBOX.settingsWithWebhooks());

    private static final Path SETTINGS = BrokerProcess.write("documented-commands", SANDBOX.settingsWithWebhooks());

    /** For scripts that have the usual ones inside. */
    private static final Map<String, String> ADDRESSES = Map.of(
            "BROKER",
            BROKER.url().toString(),
            "API",
            SANDBOX.resourceManager().resolve("subscriptions").toString());

    private static String account = "";

    @BeforeAll
    static void start() {
        BROKER.start();
        SANDBOX.fusionAuth().webhooks().to(BROKER.url().resolve("/webhooks/fusionauth"));
        var link = new EarlierLink(SANDBOX)
                .add(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, Tenant.CONTOSO, "bea@contoso.com");
        account = new AccountId(link.identityProviderId(), link.identityProviderUserId()).toString();
    }

    @Test
    void theReadmeShowsWhatMakeRunPrints() {
        assertThat(Documents.blocks(README).stream().filter(CodeBlock::isRun).map(CodeBlock::text))
                .containsExactlyElementsOf(Demo.commands(account));
    }

    @Test
    void everyCommandPrintsWhatItsDocumentShows() {
        List.of("curl", "openssl", "make").forEach(program -> Program.require(program, "what the documents show"));
        var blocks = inOrder();

        var ended = Program.run(Path.of("."), ADDRESSES, "sh", "-c", script(blocks));

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        var outputs = ended.output().split(MARK, -1);
        assertThat(outputs)
                .hasSize(blocks.stream().filter(CodeBlock::isRun).toList().size() + 1);
        var run = 0;
        for (var block : blocks) {
            if (block.isRun()) {
                run++;
            } else if (block.isOutput()) {
                new Output(outputs[run]).assertIs(block, here(block.text()));
            }
        }
    }

    /** The walk comes first, for the other pages use what it has found. */
    private static List<CodeBlock> inOrder() {
        var pages = new ArrayList<>(Documents.pages());
        pages.remove(WALK);
        pages.addFirst(WALK);
        return pages.stream().flatMap(page -> Documents.blocks(page).stream()).toList();
    }

    /** One shell for the walk; each command of another page is in a subshell, so that none uses what another has set. */
    private static String script(List<CodeBlock> blocks) {
        var script = new StringBuilder("set -eu\n");
        blocks.stream().filter(CodeBlock::isRun).forEach(block -> {
            var pasted = "printf '%s'\n%s\n".formatted(MARK.replace("\n", "\\n"), here(block.text()));
            script.append(block.page().equals(WALK) ? pasted : "(\n" + pasted + ")\n");
        });
        return script.toString();
    }

    /** With the addresses and the settings of this test. */
    private static String here(String text) {
        return text.replace("http://localhost:8080", BROKER.url().toString())
                .replace("http://localhost:9000", BROKER.management().toString())
                .replace("http://localhost:9011", SANDBOX.fusionAuth().url().toString())
                .replace("http://localhost:9012", SANDBOX.entra().url().toString())
                .replace("target/sandbox.properties", SETTINGS.toString());
    }
}
