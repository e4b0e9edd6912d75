namespace RaftNode.Page.Tests;

/// <summary>A fact about the page in a browser: skipped on a developer's machine without Chromium.</summary>
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = ChromiumInstallation.WhyNot;
}
