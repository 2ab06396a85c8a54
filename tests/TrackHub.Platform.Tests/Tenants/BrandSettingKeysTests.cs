using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class BrandSettingKeysTests
{
    [Theory]
    [InlineData("window_days", "91")]
    [InlineData("window_days", "-1")]
    [InlineData("stage_order", "click_id,click_id")]
    [InlineData("stage_order", "cookie")]
    [InlineData("probabilistic_threshold", "0.4")]
    [InlineData("probabilistic_threshold", "NaN")]
    [InlineData("send_page_view", "yes")]
    [InlineData("default_country", "uk")]
    [InlineData("default_country", "BR")]
    [InlineData("time_zone", "Sao_Paulo")]
    [InlineData("currency", "brl")]
    [InlineData("consent_basis", "maybe")]
    public void Bad_value_is_named_with_what_the_key_takes(string key, string value)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Brand, key);

        var fault = Should.Throw<AdminException>(() => setting.Parse(value));

        fault.Message.ShouldContain(key);
        fault.Message.ShouldContain(value);
        fault.Message.ShouldContain(setting.Values);
    }

    [Theory]
    [InlineData("window-days", "28", "28")]
    [InlineData("stage_order", "email, click_id", "[\"email\",\"click_id\"]")]
    [InlineData("stage_order", "none", "[]")]
    [InlineData("probabilistic_threshold", "0.9", "0.9")]
    [InlineData("default_country", "pt", "\"pt\"")]
    [InlineData("time_zone", "Europe/Lisbon", "\"Europe/Lisbon\"")]
    public void Good_value_is_stored_as_JSON(string key, string value, string json) =>
        BrandSettingKeys.Find(BrandSettingKeys.Brand, key).Parse(value).ToJsonString().ShouldBe(json);

    [Fact]
    public void Unknown_key_lists_those_there_are() =>
        Should.Throw<AdminException>(() => BrandSettingKeys.Find(BrandSettingKeys.Brand, "colour")).Message.ShouldContain("window_days");

    [Fact]
    public void Every_stored_key_has_a_default_it_takes_itself()
    {
        foreach (var key in BrandSettingKeys.StoredWithBrand)
            key.Parse(key.Default).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("geolocate", true)]
    [InlineData("CA", true)]
    [InlineData("ca", false)]
    [InlineData("NY", false)]
    [InlineData("true", false)]
    public void Limited_data_use_takes_what_Meta_has_a_number_for(string value, bool isTaken)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Pixel, "limited_data_use");

        if (isTaken)
            setting.Parse(value).ToJsonString().ShouldBe($"\"{value}\"");
        else
            Should.Throw<AdminException>(() => setting.Parse(value)).Message.ShouldContain("geolocate");
    }

    [Theory]
    [InlineData("https://Loja.Example.com/", "https://loja.example.com")]
    [InlineData("http://localhost:8080", "http://localhost:8080")]
    [InlineData("https://loja.example.com:443", "https://loja.example.com")]
    public void Origin_is_spelt_as_browsers_send_it(string given, string expected)
    {
        Origins.TryRead([given], out var origins).ShouldBeTrue();
        origins.ShouldBe([expected]);
    }

    [Theory]
    [InlineData("loja.example.com")]
    [InlineData("https://loja.example.com/path")]
    [InlineData("ftp://loja.example.com")]
    [InlineData("https://user@loja.example.com")]
    public void Address_that_is_no_origin_is_refused(string given) => Origins.TryRead([given], out _).ShouldBeFalse();
}
