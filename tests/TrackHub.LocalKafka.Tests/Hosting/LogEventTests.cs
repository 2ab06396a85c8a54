using System.Reflection;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests.Hosting;

public sealed class LogEventTests
{
    [Fact]
    public void Each_kind_of_log_line_has_an_event_id_of_its_own()
    {
        var ids = typeof(LocalKafkaHost).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().Select(static line => line.EventId).ToList();

        ids.Count.ShouldBeGreaterThan(10);
        ids.Order().ShouldBe(ids.Distinct().Order());
    }
}
