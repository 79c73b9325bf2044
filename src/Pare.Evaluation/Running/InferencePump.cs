namespace Pare.Evaluation;

/// <summary>
/// Streams samples through sessions with all cores busy: each worker takes the next few samples, loads and preprocesses them, runs them as one batch and hands the
/// outputs over. No more than a batch a worker is in memory. Which samples share a batch depends on their order alone, not on timing.
/// </summary>
internal sealed class InferencePump(Dataset data, IReadOnlyList<(IModelSession Session, DataFeed Feed)> models, int batch, int threads)
{
    private readonly Lock _turn = new();
    private readonly List<(int Index, UnreadableSample Sample)> _unreadable = [];
    private int _done;

    /// <summary>
    /// Receives the outputs of a batch: places in the data, the rows that each model ran (a fixed batch may be larger than there are samples), and for each model its outputs.
    /// Called from several threads at once.
    /// </summary>
    public delegate void BatchHandler(IReadOnlyList<int> indices, IReadOnlyList<int> rows, IReadOnlyList<IReadOnlyList<TensorData>> outputs);

    /// <summary>The samples that could not be read, in the data's order.</summary>
    public IReadOnlyList<UnreadableSample> Unreadable => [.. _unreadable.OrderBy(u => u.Index).Select(u => u.Sample)];

    public void Run(BatchHandler handle, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        ProgressMeter meter = new(data.Items.Count, progress);
        using IEnumerator<Sample> samples = data.Read().GetEnumerator();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Exception> failures = [];
        int workers = Math.Max(1, Math.Min(threads, (data.Items.Count + batch - 1) / batch));
        Thread[] crew = new Thread[workers - 1];
        void Guarded()
        {
            try
            {
                Work(samples, handle, meter, stop.Token);
            }
            catch (Exception e)
            {
                lock (failures)
                {
                    failures.Add(e);
                }

                stop.Cancel();
            }
        }

        for (int i = 0; i < crew.Length; i++)
        {
            crew[i] = new Thread(Guarded) { IsBackground = true, Name = "evaluation" };
            crew[i].Start();
        }

        Guarded();
        foreach (Thread t in crew)
        {
            t.Join();
        }

        Exception? failure = failures.Find(f => f is not OperationCanceledException) ?? failures.FirstOrDefault();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Work(IEnumerator<Sample> samples, BatchHandler handle, ProgressMeter meter, CancellationToken cancellation)
    {
        List<Sample> taken = new(batch);
        List<int> indices = new(batch);
        List<PreparedSample>[] prepared = [.. models.Select(_ => new List<PreparedSample>(batch))];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            taken.Clear();
            lock (_turn)
            {
                while (taken.Count < batch && samples.MoveNext())
                {
                    taken.Add(samples.Current);
                }
            }

            if (taken.Count == 0)
            {
                return;
            }

            indices.Clear();
            foreach (List<PreparedSample> p in prepared)
            {
                p.Clear();
            }

            foreach (Sample s in taken)
            {
                Prepare(s, indices, prepared);
            }

            if (indices.Count > 0)
            {
                int[] rows = [.. models.Select(m => Math.Max(indices.Count, m.Feed.FixedBatch()))];
                handle(indices, rows, [.. models.Select((m, i) => m.Session.Run(m.Feed.Batch(prepared[i], rows[i])))]);
            }

            meter.Report(Interlocked.Add(ref _done, taken.Count), _unreadable.Count);
        }
    }

    private void Prepare(Sample sample, List<int> indices, List<PreparedSample>[] prepared)
    {
        try
        {
            SampleContent content = sample.Load();
            PreparedSample[] ready = new PreparedSample[models.Count];
            for (int i = 0; i < ready.Length; i++)
            {
                // Models of one plan share the work.
                ready[i] = i > 0 && models[i].Feed.Plan is { } plan && plan == models[0].Feed.Plan ? ready[0] : models[i].Feed.Prepare(content);
            }

            for (int i = 0; i < ready.Length; i++)
            {
                prepared[i].Add(ready[i]);
            }

            indices.Add(sample.Index);
        }
        catch (Exception e) when (e is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            lock (_unreadable)
            {
                _unreadable.Add((sample.Index, new UnreadableSample(sample.Info.Name, e.Message)));
            }
        }
    }
}
