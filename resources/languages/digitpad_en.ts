<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>BoardWindow</name>
    <message numerus="yes">
        <source>%n drawing(s) may be kept and are not in a collection yet.</source>
        <translation>
            <numerusform>%n drawing may be kept and are not in a collection yet.</numerusform>
            <numerusform>%n drawings may be kept and are not in a collection yet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Charts</name>
    <message numerus="yes">
        <source>Its reading changed %n time(s).</source>
        <translation>
            <numerusform>Its reading changed %n time.</numerusform>
            <numerusform>Its reading changed %n times.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClassCard</name>
    <message numerus="yes">
        <source>%n sample(s)</source>
        <translation>
            <numerusform>%n sample</numerusform>
            <numerusform>%n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClassStrip</name>
    <message numerus="yes">
        <source>{name}: {count:,} image(s)</source>
        <translation>
            <numerusform>{name}: {count:,} image</numerusform>
            <numerusform>{name}: {count:,} images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CollectionBar</name>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>%n class</numerusform>
            <numerusform>%n classes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n drawing(s)</source>
        <translation>
            <numerusform>%n drawing</numerusform>
            <numerusform>%n drawings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n picture</numerusform>
            <numerusform>%n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ComparisonView</name>
    <message numerus="yes">
        <source>{count:,} image(s)</source>
        <translation>
            <numerusform>{count:,} image</numerusform>
            <numerusform>{count:,} images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ControlCard</name>
    <message numerus="yes">
        <source>Diverged after %n step(s)</source>
        <translation>
            <numerusform>Diverged after %n step</numerusform>
            <numerusform>Diverged after %n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Finished after %n step(s)</source>
        <translation>
            <numerusform>Finished after %n step</numerusform>
            <numerusform>Finished after %n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n step(s)</source>
        <translation>
            <numerusform>Stopped after %n step</numerusform>
            <numerusform>Stopped after %n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped early after %n step(s)</source>
        <translation>
            <numerusform>Stopped early after %n step</numerusform>
            <numerusform>Stopped early after %n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DataNote</name>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>%n class</numerusform>
            <numerusform>%n classes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DistributionsView</name>
    <message numerus="yes">
        <source>Outputs for %n image(s).</source>
        <translation>
            <numerusform>Outputs for %n image.</numerusform>
            <numerusform>Outputs for %n images.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EvaluationTab</name>
    <message numerus="yes">
        <source>Exported {count} file(s) to {folder}.</source>
        <translation>
            <numerusform>Exported {count} file to {folder}.</numerusform>
            <numerusform>Exported {count} files to {folder}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FiguresCard</name>
    <message numerus="yes">
        <source>{count:,} image(s) of {dataset}</source>
        <translation>
            <numerusform>{count:,} image of {dataset}</numerusform>
            <numerusform>{count:,} images of {dataset}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandBar</name>
    <message numerus="yes">
        <source>%n drawing(s) in My hand</source>
        <translation>
            <numerusform>%n drawing in My hand</numerusform>
            <numerusform>%n drawings in My hand</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn from %n</source>
        <translation>
            <numerusform>Learn from %n</numerusform>
            <numerusform>Learn from %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn from %n drawing(s)</source>
        <translation>
            <numerusform>Learn from %n drawing</numerusform>
            <numerusform>Learn from %n drawings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Headline</name>
    <message numerus="yes">
        <source>Draw one of %n class(es)</source>
        <translation>
            <numerusform>Draw one of %n class</numerusform>
            <numerusform>Draw one of %n classes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImagesCard</name>
    <message numerus="yes">
        <source>{count:,} doubtful label(s)</source>
        <translation>
            <numerusform>{count:,} doubtful label</numerusform>
            <numerusform>{count:,} doubtful labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{count:,} image(s)</source>
        <translation>
            <numerusform>{count:,} image</numerusform>
            <numerusform>{count:,} images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{count:,} pair(s)</source>
        <translation>
            <numerusform>{count:,} pair</numerusform>
            <numerusform>{count:,} pairs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InputPicture</name>
    <message numerus="yes">
        <source>%n pixel(s) with ink</source>
        <translation>
            <numerusform>%n pixel with ink</numerusform>
            <numerusform>%n pixels with ink</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeepDialog</name>
    <message numerus="yes">
        <source>%n drawing(s) are in the Data tab now.</source>
        <translation>
            <numerusform>%n drawing are in the Data tab now.</numerusform>
            <numerusform>%n drawings are in the Data tab now.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n drawing(s) to keep</source>
        <translation>
            <numerusform>%n drawing to keep</numerusform>
            <numerusform>%n drawings to keep</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>They are from %n participant(s) who agreed on the page.</source>
        <translation>
            <numerusform>They are from %n participant who agreed on the page.</numerusform>
            <numerusform>They are from %n participants who agreed on the page.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KernelsPage</name>
    <message numerus="yes">
        <source>%n kernel(s), for red, green and blue of the picture</source>
        <translation>
            <numerusform>%n kernel, for red, green and blue of the picture</numerusform>
            <numerusform>%n kernels, for red, green and blue of the picture</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n kernel(s), one for each map of {before}</source>
        <translation>
            <numerusform>%n kernel, one for each map of {before}</numerusform>
            <numerusform>%n kernels, one for each map of {before}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LearningDialog</name>
    <message numerus="yes">
        <source>Learned from %n drawing(s)</source>
        <translation>
            <numerusform>Learned from %n drawing</numerusform>
            <numerusform>Learned from %n drawings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LookExporter</name>
    <message numerus="yes">
        <source>Exported {count:,} row(s) or image(s) to {file}.</source>
        <translation>
            <numerusform>Exported {count:,} row or image to {file}.</numerusform>
            <numerusform>Exported {count:,} rows or images to {file}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LookFilters</name>
    <message numerus="yes">
        <source>{count:,} image(s)</source>
        <translation>
            <numerusform>{count:,} image</numerusform>
            <numerusform>{count:,} images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LookPage</name>
    <message numerus="yes">
        <source>{count:,} image(s), {width} × {height}, {kind}</source>
        <translation>
            <numerusform>{count:,} image, {width} × {height}, {kind}</numerusform>
            <numerusform>{count:,} images, {width} × {height}, {kind}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MapFiles</name>
    <message numerus="yes">
        <source>Saved %n image(s) and {archive} in {folder}.</source>
        <translation>
            <numerusform>Saved %n image and {archive} in {folder}.</numerusform>
            <numerusform>Saved %n images and {archive} in {folder}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message numerus="yes">
        <source>%n earlier</source>
        <translation>
            <numerusform>%n earlier</numerusform>
            <numerusform>%n earlier</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message numerus="yes">
        <source>%n other(s)</source>
        <translation>
            <numerusform>%n other</numerusform>
            <numerusform>%n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QuestionBanner</name>
    <message numerus="yes">
        <source>{count} of %n phone(s)</source>
        <translation>
            <numerusform>{count} of %n phone</numerusform>
            <numerusform>{count} of %n phones</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReceivedPicture</name>
    <message numerus="yes">
        <source>%n pixel(s) with ink, of 28 by 28</source>
        <translation>
            <numerusform>%n pixel with ink, of 28 by 28</numerusform>
            <numerusform>%n pixels with ink, of 28 by 28</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReliabilityChart</name>
    <message numerus="yes">
        <source>Confidence {low} to {high}: {count:,} reading(s)</source>
        <translation>
            <numerusform>Confidence {low} to {high}: {count:,} reading</numerusform>
            <numerusform>Confidence {low} to {high}: {count:,} readings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Confidence {low} to {high}: {count:,} reading(s), accuracy {accuracy}</source>
        <translation>
            <numerusform>Confidence {low} to {high}: {count:,} reading, accuracy {accuracy}</numerusform>
            <numerusform>Confidence {low} to {high}: {count:,} readings, accuracy {accuracy}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message numerus="yes">
        <source>Report about %n run(s): {names}</source>
        <translation>
            <numerusform>Report about %n run: {names}</numerusform>
            <numerusform>Report about %n runs: {names}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message numerus="yes">
        <source>%n drawing(s), each read without having learned it</source>
        <translation>
            <numerusform>%n drawing, each read without having learned it</numerusform>
            <numerusform>%n drawings, each read without having learned it</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n drawing(s), not replayed</source>
        <translation>
            <numerusform>%n drawing, not replayed</numerusform>
            <numerusform>%n drawings, not replayed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of mine got worse</source>
        <translation>
            <numerusform>%n of mine got worse</numerusform>
            <numerusform>%n of mine got worse</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of my drawings turned</source>
        <translation>
            <numerusform>%n of my drawings turned</numerusform>
            <numerusform>%n of my drawings turned</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n still misread</source>
        <translation>
            <numerusform>%n still misread</numerusform>
            <numerusform>%n still misread</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Now misread: %n image(s) of MNIST</source>
        <translation>
            <numerusform>Now misread: %n image of MNIST</numerusform>
            <numerusform>Now misread: %n images of MNIST</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Now read right: %n image(s) of MNIST</source>
        <translation>
            <numerusform>Now read right: %n image of MNIST</numerusform>
            <numerusform>Now read right: %n images of MNIST</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>first %n image(s)</source>
        <translation>
            <numerusform>first %n image</numerusform>
            <numerusform>first %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{count:,} image(s)</source>
        <translation>
            <numerusform>{count:,} image</numerusform>
            <numerusform>{count:,} images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RobustnessView</name>
    <message numerus="yes">
        <source>Accuracy on {count:,} disturbed image(s)</source>
        <translation>
            <numerusform>Accuracy on {count:,} disturbed image</numerusform>
            <numerusform>Accuracy on {count:,} disturbed images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SurgeryPage</name>
    <message numerus="yes">
        <source>and %n earlier</source>
        <translation>
            <numerusform>and %n earlier</numerusform>
            <numerusform>and %n earlier</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message numerus="yes">
        <source>%n drawing(s) in My hand, the last one as {label}.</source>
        <translation>
            <numerusform>%n drawing in My hand, the last one as {label}.</numerusform>
            <numerusform>%n drawings in My hand, the last one as {label}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrainingSetup</name>
    <message numerus="yes">
        <source>CPU, %n thread(s)</source>
        <translation>
            <numerusform>CPU, %n thread</numerusform>
            <numerusform>CPU, %n threads</numerusform>
        </translation>
    </message>
</context>
</TS>
