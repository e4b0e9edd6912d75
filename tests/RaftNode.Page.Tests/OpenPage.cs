using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace RaftNode.Page.Tests;

/// <summary>The operator's page of a node in a browser.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    // Long enough for a loaded machine; nothing waits for it to pass.
    private const float Patience = 60_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _faults = new();

    private OpenPage(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>
    /// What must not happen: a request to another address, an error of the script, or a message of the browser that is
    /// not about an answer that a node did not give.
    /// </summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Opens the page of a node.</summary>
    /// <param name="url">Where the node serves HTTP.</param>
    /// <param name="prepare">What to do before the page is asked for.</param>
    /// <param name="query">The query of the page's address.</param>
    public static async Task<OpenPage> OpenAsync(string url, Func<IPage, Task>? prepare = null, string query = "")
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = ChromiumInstallation.Program,
            // The sandbox refuses to run for root, as which a build server may run.
            Args = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
        });
        page.SetDefaultTimeout(Patience);
        var opened = new OpenPage(playwright, browser, page);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith($"{url}/", StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                opened._faults.Enqueue($"request to {request.Url}");
        };
        page.PageError += (_, error) => opened._faults.Enqueue($"error: {error}");
        page.Dialog += (_, dialog) =>
        {
            opened._faults.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                opened._faults.Enqueue($"console: {message.Text}");
        };
        if (prepare is not null)
            await prepare(page);
        await page.GotoAsync($"{url}/{query}");
        return opened;
    }

    /// <summary>The row of a member.</summary>
    public ILocator Row(string member) => Page.Locator($"tr[data-member={member}]");

    /// <summary>What the page says of a member's role.</summary>
    public ILocator Role(string member) => Row(member).Locator(".badge");

    /// <summary>A button of a member's row.</summary>
    public ILocator Button(string member, string deed) => Row(member).Locator($"button[data-deed={deed}]");

    /// <summary>Does what a button of a member's row does, after it was asked.</summary>
    /// <returns>What came of it.</returns>
    public async Task<string> DoAsync(string member, string deed)
    {
        await Button(member, deed).ClickAsync();
        await Page.Locator("#ask-yes").ClickAsync();
        await Assertions.Expect(Page.Locator("#ask-outcome.good, #ask-outcome.bad")).ToBeVisibleAsync();
        string outcome = await Page.Locator("#ask-outcome").InnerTextAsync();
        await Page.Locator("#ask-no").ClickAsync();
        await Assertions.Expect(Page.Locator("#ask")).ToBeHiddenAsync();
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
