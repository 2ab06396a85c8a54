using System.Text.RegularExpressions;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>What docs/tracker.md tells a seller to put into pages does what it says.</summary>
public sealed partial class DocumentedPagesTests : BrowserTest
{
    private static readonly string[] Blocks =
        [.. Block().Matches(File.ReadAllText(Path.Combine(Machine.Root, "docs", "tracker.md"))).Select(static match => match.Groups["html"].Value)];

    [Theory]
    [InlineData("/t.js\"")]
    [InlineData("integrity=")]
    public async Task Its_tags_load_the_tracker(string tag)
    {
        Shop.Page = Block(tag);
        await VisitAsync();

        await Shop.AcceptedAsync("pageview");
    }

    [Fact]
    public async Task Its_calls_are_understood()
    {
        Shop.Page = Block("/t.js\"") + Block("trackhub.q.push");
        await VisitAsync();

        (await Shop.AcceptedAsync("identify"))[0]["email"].ShouldBe("comprador@example.com");
        await Eventually.Holds(() => Shop.Sent.Any(static sent => sent.Route == "consent" && sent["ads"] == "True"));
    }

    [Fact]
    public async Task Its_thank_you_page_tells_the_pixel_of_the_purchase_under_the_servers_id()
    {
        Shop.Page = Shop.Head + Block("/t.js\"") + Block("purchaseEventId");
        var page = await VisitAsync();

        await Eventually.Holds(async () => (await PixelAsync(page)).ShouldContain("Purchase 8f36e2a2d29c273425ddcd133baba8b500c2849e68cfe13ced2749fbf43680fc"));
    }

    private string Block(string with) => Blocks.Single(block => block.Contains(with, StringComparison.Ordinal))
        .Replace("https://track.example.com", Shop.Ingress, StringComparison.Ordinal).Replace("thw_abc123def456_0000000000", Shop.Key, StringComparison.Ordinal);

    [GeneratedRegex("```html\n(?<html>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
