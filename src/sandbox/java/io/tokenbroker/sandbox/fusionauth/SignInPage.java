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
            body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #f3f4f6; margin: 0; }
            main { max-width: 22rem; margin: 12vh auto; padding: 2rem; background: #fff; border-radius: .5rem; }
            h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
            label { display: block; margin-top: 1rem; font-weight: 600; }
            input, button { font: inherit; box-sizing: border-box; width: 100%%; padding: .6rem; margin-top: .25rem;
              border: 1px solid #6b7280; border-radius: .3rem; }
            button { margin-top: 1.5rem; border: 0; color: #fff; background: #1d4ed8; cursor: pointer; }
            :focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
            .note { color: #4b5563; margin: 0; }
            .error { color: #b91c1c; }
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
