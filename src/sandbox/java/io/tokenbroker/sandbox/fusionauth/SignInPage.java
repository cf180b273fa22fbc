package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.Map;
import java.util.stream.Collectors;

/** The pages people see. They say what they are: nobody should type a real password here. */
final class SignInPage {

    @SuppressWarnings("InlineFormatString") // A page reads better apart from the code that fills it in.
    private static final String FRAME = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Sign in – FusionAuth stand-in</title>
            <style>
            :root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --desk: #f3f4f6; --soft: #4b5563; --line: #6b7280;
              --deed: #1d4ed8; --on-deed: #fff; --bad: #b91c1c; }
            @media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --paper: #1f2329; --desk: #14171b; --soft: #b3bac2;
              --line: #8a93a0; --deed: #93b4ff; --on-deed: #0b1b3f; --bad: #ff9d9d; } }
            body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--desk); margin: 0; padding: 1rem; }
            main { max-width: 22rem; margin: 10vh auto; padding: 2rem; background: var(--paper); border-radius: .5rem; }
            h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
            label { display: block; margin-top: 1rem; font-weight: 600; }
            input, button { font: inherit; box-sizing: border-box; width: 100%%; padding: .6rem; margin-top: .25rem;
              border: 1px solid var(--line); border-radius: .3rem; background: var(--paper); color: var(--ink); }
            button { margin-top: 1.5rem; border: 0; color: var(--on-deed); background: var(--deed); cursor: pointer; }
            :focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
            .note { color: var(--soft); margin: 0; }
            .error { color: var(--bad); }
            </style>
            </head>
            <body><main>%s</main></body>
            </html>
            """;

    @SuppressWarnings("InlineFormatString") // As above.
    private static final String FORM = """
            <h1>Sign in</h1>
            <p class="note">This is a stand-in of FusionAuth. Use a sandbox user, never a real password.</p>
            %s
            <form method="post" action="/oauth2/authorize?%s">
            <label for="email">Email</label>
            <input id="email" name="email" type="email" autocomplete="username" required autofocus value="%s">
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required>
            <button type="submit">Sign in</button>
            </form>
            """;

    private SignInPage() {}

    static Reply form(Map<String, String> query, String email, boolean failed) {
        var error = failed ? "<p class=\"error\" role=\"alert\">Email or password is wrong.</p>" : "";
        var again = query.entrySet().stream()
                .map(one -> UpstreamHttp.encode(one.getKey()) + "=" + UpstreamHttp.encode(one.getValue()))
                .collect(Collectors.joining("&"));
        return page(200, FORM.formatted(error, escape(again), escape(email)));
    }

    static Reply refusal(String reason) {
        return message(400, reason);
    }

    static Reply message(int status, String text) {
        var note = "<p class=\"note\">This is a stand-in of FusionAuth.</p>";
        return page(status, "<h1>" + escape(text) + "</h1>" + note);
    }

    private static Reply page(int status, String content) {
        return Reply.html(status, FRAME.formatted(content)).with("Cache-Control", "no-store");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
