using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>What became of a record that was handed over.</summary>
/// <param name="IsPersisted">True if the log has it, by the acknowledgements that were asked for.</param>
/// <param name="Partition">Where, if it is persisted.</param>
/// <param name="Offset">Where, if it is persisted.</param>
/// <param name="Error">Why not, if it is not.</param>
internal readonly record struct DeliveryReport(bool IsPersisted, int Partition, long Offset, ErrorCode Error);

/// <summary>Waits for reports. Called on the producer's report thread, which has no time.</summary>
internal interface IReportSink
{
    /// <summary>Takes the report of one record: once for each that was handed over.</summary>
    void Report(in DeliveryReport report);

    /// <summary>No report comes any more: the connection was closed. Whoever still waits is told so.</summary>
    void Lose();
}
