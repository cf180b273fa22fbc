package io.tokenbroker.sandbox.entra;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a person sees. The forms post to the address they came from, so the request's parameters stay in the URL. */
final class Pages {

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --desk: #eef1f5; --line: #c4c9d0; --soft: #565c64; --deed: #0b5cad; --hover: #f3f6fa }
            @media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --paper: #22262b; --desk: #15181b; --line: #4a5159; --soft: #b3bac2; --deed: #7db8f5; --hover: #2c3138 } }
            * { box-sizing: border-box }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--desk); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
            main { width: min(28rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 2rem }
            .kind { margin: 0; color: var(--soft); font-size: .875rem }
            h1 { margin: .25rem 0 .5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 600 }
            ul { list-style: none; margin: 1.25rem 0; padding: 0; display: grid; gap: .5rem }
            .scopes { list-style: disc; padding-left: 1.25rem; overflow-wrap: anywhere }
            button { font: inherit; color: inherit; cursor: pointer; border: 1px solid var(--line); border-radius: .375rem; background: transparent; padding: .5rem 1.25rem; min-height: 2.75rem }
            button:hover { background: var(--hover) }
            button:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px }
            .account { width: 100%; text-align: left; display: flex; gap: .875rem; align-items: center; padding: .625rem .875rem }
            .account small { display: block; color: var(--soft); overflow-wrap: anywhere }
            .badge { flex: none; width: 2.25rem; height: 2.25rem; border-radius: 50%; display: grid; place-items: center; background: var(--hover); border: 1px solid var(--line); font-size: .875rem }
            .hinted { border-color: var(--deed); border-width: 2px }
            .deeds { display: flex; gap: .75rem; justify-content: flex-end; flex-wrap: wrap }
            .main-deed { background: var(--deed); border-color: var(--deed); color: var(--paper) }
            .main-deed:hover { background: var(--deed); filter: brightness(1.1) }
            code { overflow-wrap: anywhere }
            """;

    private Pages() {}

    /** @param hint the account to put first and to focus; empty for none */
    static String pickAccount(String app, List<User> users, String hint) {
        var accounts = users.stream()
                .sorted((one, other) -> Boolean.compare(isHinted(other, hint), isHinted(one, hint)))
                .map(user -> account(user, isHinted(user, hint)))
                .collect(Collectors.joining("\n"));
        return page("Pick an account", """
                <h1>Pick an account</h1>
                <p>to continue to <strong>%s</strong></p>
                <form method="post">
                <ul aria-label="Accounts">
                %s
                </ul>
                <div class="deeds"><button name="decision" value="cancel">Cancel</button></div>
                </form>
                """.formatted(escape(app), accounts));
    }

    static String askConsent(String app, User user, List<String> scopes) {
        var items = scopes.stream()
                .map(scope -> "<li><code>" + escape(scope) + "</code></li>")
                .collect(Collectors.joining("\n"));
        return page(
                "Permissions requested", """
                <h1>Permissions requested</h1>
                <p><strong>%s</strong> asks to act for <strong>%s</strong> with:</p>
                <ul class="scopes" aria-label="Permissions">
                %s
                </ul>
                <form method="post">
                <input type="hidden" name="user" value="%s">
                <div class="deeds">
                <button name="decision" value="cancel">Cancel</button>
                <button class="main-deed" name="decision" value="accept" autofocus>Accept</button>
                </div>
                </form>
                """.formatted(escape(app), escape(user.email()), items, escape(user.email())));
    }

    static String error(String text) {
        return page("Sorry", """
                <h1>Sorry, but we’re having trouble signing you in.</h1>
                <p role="alert">%s</p>
                """.formatted(escape(text)));
    }

    static String message(String title, String text) {
        return page(title, "<h1>%s</h1>\n<p>%s</p>".formatted(escape(title), escape(text)));
    }

    /** Hands parameters over by a form that sends itself. */
    static String postTo(String uri, Map<String, String> parameters) {
        var fields = parameters.entrySet().stream()
                .map(entry -> "<input type=\"hidden\" name=\"%s\" value=\"%s\">"
                        .formatted(escape(entry.getKey()), escape(entry.getValue())))
                .collect(Collectors.joining("\n"));
        return page("Signing in", """
                <h1>Signing in</h1>
                <form method="post" action="%s">
                %s
                <button class="main-deed">Continue</button>
                </form>
                <script>document.forms[0].submit()</script>
                """.formatted(escape(uri), fields));
    }

    private static String account(User user, boolean hinted) {
        return """
                <li><button class="account%s" name="user" value="%s"%s><span class="badge" aria-hidden="true">%s</span>\
                <span>%s <small>%s</small></span></button></li>""".formatted(
                        hinted ? " hinted" : "",
                        escape(user.email()),
                        hinted ? " autofocus" : "",
                        escape(user.name().substring(0, 1).toUpperCase(Locale.ROOT)),
                        escape(user.name()),
                        escape(user.email()));
    }

    private static boolean isHinted(User user, String hint) {
        return user.email().equalsIgnoreCase(hint);
    }

    private static String page(String title, String content) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s – Microsoft Entra ID stand-in</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <p class="kind">Microsoft Entra ID stand-in – no password is asked</p>
                %s
                </main>
                </body>
                </html>
                """.formatted(escape(title), STYLE, content);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
