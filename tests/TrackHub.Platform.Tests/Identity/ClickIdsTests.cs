using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class ClickIdsTests
{
    private const string Id = "th_0123456789abcdefghijklmnop";

    [Theory]
    [InlineData(Id)]
    [InlineData("FB|campanha|" + Id + "|anuncio")]
    [InlineData("hQwK21wXxR" + Id + "hQwK21wXxR")]
    [InlineData("TH_0123456789ABCDEFGHIJKLMNOP")]
    [InlineData("auth_bearer " + Id)]
    [InlineData("auth_zzzzzzzzzzzzzzzzzzzzzzzzzzzz " + Id)]
    [InlineData("th_th_" + "x" + Id)]
    public void Click_id_is_found_inside_what_carries_it(string text)
    {
        ClickIds.TryFind(text, out var found).ShouldBeTrue();
        found.ShouldBe(Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("HOTMART_PRODUCT_PAGE")]
    [InlineData("th_0123456789abcdefghijklmno")]
    [InlineData("th_0123456789abcdefghij lmnop")]
    [InlineData("th_")]
    public void Other_tracking_values_hold_none(string? text) => ClickIds.TryFind(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("th_0000000000000000000000000001", "th_0000000000000000000000000001")]
    [InlineData("a|th_0000000000000000000000000001|b", "th_0000000000000000000000000001")]
    [InlineData("th_000000000000000000000000000000001", "th_000000000000000000000000000000001")]
    [InlineData("th_0123456789abcdefghijklmnop12345678", "th_0123456789abcdefghijklmnop")]
    public void A_longer_id_is_kept_whole_and_what_is_glued_to_one_is_not(string text, string expected) => Found(text).ShouldBe(expected);

    [Fact]
    public void Made_ids_are_found_again_and_differ()
    {
        var ids = Enumerable.Range(0, 200).Select(static _ => ClickIds.New()).ToList();

        ids.ShouldBeUnique();
        ids.ShouldAllBe(static id => id.Length == ClickIds.Length);
        ids.ShouldAllBe(static id => Found(id) == id);
    }

    private static string? Found(string text) => ClickIds.TryFind(text, out var found) ? found : null;
}
