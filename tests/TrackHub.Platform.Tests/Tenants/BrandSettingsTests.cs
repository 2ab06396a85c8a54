using System.Text.Json;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class BrandSettingsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a_setting_to_come": 1}""")]
    public void A_setting_that_is_not_stored_has_its_default(string stored)
    {
        var settings = JsonSerializer.Deserialize<BrandSettings>(stored, SettingsJson.Options)!;

        JsonSerializer.Serialize(settings).ShouldBe(JsonSerializer.Serialize(BrandSettings.Default));
    }

    [Fact]
    public void A_stored_setting_counts_and_leaves_the_others_alone()
    {
        var settings = JsonSerializer.Deserialize<BrandSettings>("""{"window_days":3,"stage_order":["email"]}""", SettingsJson.Options)!;

        settings.WindowDays.ShouldBe(3);
        settings.StageOrder.ShouldBe([MatchKey.Email]);
        settings.DefaultCountry.ShouldBe("br");
    }
}
