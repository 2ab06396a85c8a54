using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests.Hosting;

public sealed class FreeDiskTests
{
    [Fact]
    public void A_disk_with_room_serves_and_one_without_says_so()
    {
        new FreeDisk(Path.GetTempPath()).Fault.ShouldBeNull();
        new FreeDisk("/proc").Fault.ShouldBe("storage_full");   // a file system that never has room
    }
}
