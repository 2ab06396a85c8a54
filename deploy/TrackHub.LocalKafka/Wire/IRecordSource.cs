namespace TrackHub.LocalKafka.Wire;

/// <summary>Record batches that put themselves into an answer, rather than being read into memory of their own first.</summary>
internal interface IRecordSource
{
    /// <summary>Writes a bytes field: its length and the batches, or the length alone if they are sent from elsewhere.</summary>
    void WriteTo(WireWriter writer);
}
