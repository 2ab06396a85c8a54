using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests.Hosting;

/// <summary>Which mappings are released, and that the program goes on without them.</summary>
public sealed class ProgramPagesTests
{
    [Theory]
    [InlineData("7f1200000000-7f1200300000 r--s 00000000 08:01 350922                     /usr/share/dotnet/System.Private.CoreLib.dll", true)]
    [InlineData("7f1200000000-7f1200300000 r--p 00000000 08:01 350922                     /usr/share/dotnet/System.Private.CoreLib.dll", false)]
    [InlineData("7f1200000000-7f1200300000 rw-s 00000000 08:01 350922                     /usr/share/dotnet/System.Private.CoreLib.dll", false)]
    [InlineData("7f1200000000-7f1200300000 r-xp 00300000 08:01 350922                     /usr/share/dotnet/System.Private.CoreLib.dll", false)]
    [InlineData("7f1200000000-7f1200300000 r--s 00000000 08:01 350923                     /var/lib/trackhub/00000000000000000000.index", false)]
    [InlineData("7f1200000000-7f1200300000 rw-p 00000000 00:00 0", false)]
    public void Only_shared_read_only_mappings_of_assemblies_are_released(string mapping, bool isReleased) =>
        ProgramPages.IsReadFromAssembly(mapping).ShouldBe(isReleased);

    [Fact]
    public void A_mapping_is_read_as_the_kernel_writes_it() =>
        ProgramPages.Range("12000000-12300000 r--s 00000000 08:01 350922    /a.dll").ShouldBe(((nint)0x12000000, (nuint)0x300000));

    [Fact]
    public void What_was_mapped_before_is_released_and_read_again_when_it_is_wanted()
    {
        var pages = new ProgramPages();
        pages.Release().ShouldBe(0, "nothing was seen before");
        pages.Release().ShouldBeGreaterThan(0);

        // Metadata of the whole library, from pages that have to come back.
        typeof(LocalKafkaHost).Assembly.GetTypes().SelectMany(static type => type.GetMethods()).Count().ShouldBeGreaterThan(1000);
    }
}
