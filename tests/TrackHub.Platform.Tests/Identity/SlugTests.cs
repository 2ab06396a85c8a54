using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class SlugTests
{
    [Theory]
    [InlineData("Método Ágil!", "metodo-agil")]
    [InlineData("Me\u0301todo  —  2.0", "metodo-2-0")]
    [InlineData("Straße", "strasse")]
    [InlineData(" ¿? ", null)]
    [InlineData(null, null)]
    public void A_name_is_spelt_as_paths_spell_it(string? name, string? slug) => Slug.Of(name).ShouldBe(slug);
}
